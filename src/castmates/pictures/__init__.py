"""The stage that brings pictures in and says what they teach and miss; writes no captions."""
