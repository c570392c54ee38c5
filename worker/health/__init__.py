"""The questions of `sprout doctor`: each answer is a check with its state, what was found, where it is set and what cures it.

Nothing here changes anything but the pings that it is given, which spend slots and resume what was paused.

questions      all of them in order, and the short form for a probe
check          what an answer is
configuration  the file, the folder
stored         the database and what it tells: schema, clock, workers, pauses, what waits for a person
sealed         the keys of people's data
network        broker, keys, public URL, clocks (`probes`: one question to a server each)
"""
