"""The bridge itself. Data flows through its rooms from left to right and never turns round:

    web.receiver → events → sources → filing → ledger → sending → talentsprout → ledger → delivery → targets

domain        what things are: events, postings, requests, outcomes, results
policy        what is decided: identity, pacing, aftermath, matching, reasons; pure, `now` is an argument
sources       how each ATS signs and words its deliveries; finding: where a mapping leads to in one; pure
descriptions  a posting's HTML to text that TalentSprout accepts; pure
ledger        what is known; the only room that speaks SQL
filing        the one door to a generation request; composing: its body, as it is sent and as a preview shows it
shown         the objects of the API, the command line and the pages; ladder: what is known of an unknown; moments: times
proposing     which interview a result that has none may be of
batches       a file of wanted interviews: checked, filed, watched, and its results as a file
events        stored first, read after; what they leave out is asked of the ATS
outbound      the one HTTP client for everybody but TalentSprout
sending       a due request becomes one attempt
talentsprout  the only room that speaks to TalentSprout
delivery      what happened is told to targets: claimed, written, sent, settled
targets       how each kind of target is written to; pure
notes         how each ATS takes a note; pure
wording       what people read when something happened, in their language
privacy       what is stored about a person: shown, erased, kept only for a while
operators     what a person may decide; recruiting: about candidates and their results
health        the questions of `doctor`
upkeep        what time alone causes
sandbox       TalentSprout on this machine; shares no line with the rest
cli           `sprout`
"""
