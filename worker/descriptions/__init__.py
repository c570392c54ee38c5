"""Descriptions: a posting's HTML becomes the text that TalentSprout accepts. Pure functions; a description is data.

plain_text  readable(): HTML or plain text -> readable plain text      characters, markup, page: what it is made of
checking    check(): does TalentSprout take it, and what limit follows after its time-out
condensing  condense(): too long: what goes first                      sections, boilerplate, sentences: what it knows of texts
enriching   enrich(): too short: what else the posting knows
"""
