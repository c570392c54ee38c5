"""Batches: many wanted interviews in one file. CSV, XLSX, JSONL or a folder -> rows -> filing -> a file of results.

rows      what a row is, and a sheet of them: said as the file says it, nothing judged
reading   a file or a folder becomes a sheet
writing   rows and what became of them, as a file for people
"""
