"""Tests in a real browser. A package of its own, so that its fixtures of scope "package" end with it."""
