"""Batches: many wanted interviews in one file. CSV, XLSX, JSONL or a folder -> rows -> filing -> a file of results.

rows      what a row is, and a sheet of them: said as the file says it, nothing judged
reading   a file or a folder becomes a sheet
results   what became of the rows: the input's columns and five more
writing   records become a file for people         cells   values as text, and text that no spreadsheet runs
"""
