"""The launcher: starts the parts of Signpost, waits until they answer, restarts what dies, stops all of it.

`parts` says what is started, `supervisor` does it, `child` is one process, `model` trains, `app` joins them.
"""
