"""A local page on which a reader turns a switch and sees the distribution move.

`view` says what is on screen, `library` which scenarios there are, `tasks` what is computed in worker processes, `work` when;
`playback` is one run to be played step by step. The modules `page_*` and `server` alone know of NiceGUI.
"""
