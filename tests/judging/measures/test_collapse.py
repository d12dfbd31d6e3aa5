import numpy as np

from castmates.judging.measures.collapse import statistics


def test_noise_is_rough_and_burns_and_flat_ground_has_no_contrast() -> None:
    noise = np.random.default_rng(0).choice([0, 255], (32, 32, 3)).astype(np.uint8)
    white = np.full((32, 32, 3), 255, np.uint8)
    slope = np.repeat(np.arange(0, 256, 8, dtype=np.uint8)[None, :, None], 32, 0).repeat(3, 2)
    (burnt, rough, _), (plain, flat, contrast), (_, smooth, _) = statistics([noise, white, slope])
    assert burnt > 0.5
    assert rough > 50
    assert (plain, flat, contrast) == (0.0, 0.0, 0.0)
    assert smooth == 0.0
