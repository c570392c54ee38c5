"""What a person may ask for: to see what is stored about them, and to have it erased; and what is kept only for a while.

finding      everything about one person, however it names them
exporting    that, as one document
erasing      tombstone first, then rows and bytes; what a restored backup brings back is erased again
readmitting  who was erased and wants to be known again
remembering  tombstones beside the database
"""
