"""Pictures are rendered once, the same in any process, and rendering resumes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from castmates.core.events import Event, silent
from storybook.train import data
from storybook.train.data import folder_of, picture_of, render
from storybook.train.settings import Job, Pictures


def test_a_cut_rendering_goes_on(job: Job) -> None:
    plan = Pictures(count=100, size=32)
    whole = render(plan, job.work / "a", 1, silent)
    render(plan, job.work / "b", 1, silent)
    folder = folder_of(plan, job.work / "b")
    broken = np.load(folder / "images.npy", mmap_mode="r+")
    broken[64:] = 0
    broken.flush()
    (folder / "done.txt").write_text("64")
    again = render(plan, job.work / "b", 1, silent)
    assert np.array_equal(whole.images, again.images)


def test_the_second_time_nothing_is_rendered(job: Job) -> None:
    events: list[Event] = []
    render(Pictures(count=8, size=32), job.work, 1, events.append)
    assert events
    events.clear()
    drawn = render(Pictures(count=8, size=32), job.work, 1, events.append)
    assert not events
    image, eyes = picture_of(drawn.specs[3], 32)
    assert np.array_equal(drawn.images[3], image)
    assert eyes.shape == (data.EYES, 3)


def test_other_seeds_have_another_folder(job: Job) -> None:
    plan = Pictures(count=8)
    assert folder_of(plan, job.work) != folder_of(replace(plan, first=8), job.work)
