"""Batches: many wanted interviews in one file. CSV, XLSX, JSONL or a folder -> rows -> filing -> a file of results.

rows      what a row is, and a sheet of them: said as the file says it, nothing judged
reading   a file or a folder becomes a sheet
judging   what a row wants, or why it can't be had    options   its cells as an interview's options
checking  a verdict for each row, nothing filed       previewing   one row exactly as it would be sent
running   each row through the one door               clerk     files what was handed in or left behind
deciding  pause, resume, cancel, retry                prediction   how long it takes
inbox     a watched folder                            origins   by what a file is known again
showing   a batch as the API and the command line give it
exporting what became of the rows of a batch          results   the input's columns and five more
writing   records become a file for people         cells   values as text, and text that no spreadsheet runs
"""
