"""Wording: what people read when something happened, in their language and in the time of their place.

All texts stand in one catalogue a language, `en.toml`; another language is another file, and so is another text: a folder
of the organization's own may hold files of the same names, of which each entry replaces ours.

catalogue   the files, read and laid over each other       facts       what a text may speak of
rendering   one text with its facts, in a sandbox          speaking    an event -> Words, which every target dresses
letter      Words -> the HTML of a mail                    checking    what is wrong in a folder of templates
examples    an invented message of every event, for previews and checks
"""
