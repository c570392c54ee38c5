"""The only room that speaks to TalentSprout: one call, one absolute deadline, no retry.

client          makes a call and says how far it got and what came back (`watch`: progress and deadline; `answer`: what arrived)
wire            their JSON and our nouns
budget_headers  what an answer's headers say of the budget
verdict         an exchange becomes an outcome
"""
