"""The table of all commands. It loads nothing, so that `sprout --help` answers at once."""

from worker.cli.table import Leaf, Noun, Table

CONFIG_HELP = "The configuration; else SPROUT_CONFIG, else bridge.toml here, else the sandbox."
TEXT = """\b
sprout demo                     the whole job on this machine, with nothing to configure
sprout up                       the bridge itself; an empty folder will do
sprout generate FILE --wait     an interview from a text file

One interview per job posting, every result back. Results go to standard output, everything else to standard error;
every command has --help, and --json where it answers something.
"""

TABLE: Table = {
    "demo": Leaf("worker.cli.demo:demo", "Show the whole job on this machine with the sandbox.", is_configured=False),
    "up": Leaf("worker.cli.up:up", "Run receiver, pages, API, worker and sweep together."),
    "web": Leaf("worker.cli.serve:web", "Receive webhooks, serve the API and the pages."),
    "worker": Leaf("worker.cli.serve:worker", "Read events, send requests, sweep."),
    "sandbox": Leaf("worker.cli.sandbox:sandbox", "Run a TalentSprout for this machine.", is_configured=False),
    "doctor": Leaf("worker.cli.doctor:doctor", "Name what is wrong here, and its remedy."),
    "ping": Leaf("worker.cli.ping:ping", "Ask TalentSprout whether it accepts the API key."),
    "db": Noun(
        "The database.",
        {"upgrade": Leaf("worker.cli.db:upgrade", "Bring the schema up to date.")},
    ),
    "generate": Leaf("worker.cli.generate:generate", "Have an interview written for a job description."),
    "create": Leaf("worker.cli.create:create", "Make an interview from questions or a template."),
    "batch": Noun(
        "Many interviews from one file.",
        {
            "check": Leaf("worker.cli.batch_check:check", "Say what a run would do with each row."),
            "run": Leaf("worker.cli.batch:run", "File a request for every row of a file."),
            "watch": Leaf("worker.cli.batch_watch:watch", "Follow a batch until nothing of it moves."),
            "list": Leaf("worker.cli.batch_list:list_batches", "List batches, newest first."),
            "show": Leaf("worker.cli.batch_list:show", "Show one batch and what is wrong with its rows."),
            "export": Leaf("worker.cli.batch_export:export", "Write what became of each row into a file."),
            "pause": Leaf("worker.cli.batch_decisions:pause", "Send nothing more of a batch until it is resumed."),
            "resume": Leaf("worker.cli.batch_decisions:resume", "Have a paused batch go on."),
            "cancel": Leaf("worker.cli.batch_decisions:cancel", "Say that the rest of a batch is not wanted."),
            "retry": Leaf("worker.cli.batch_decisions:retry", "Send again what is held or cancelled of a batch."),
        },
    ),
    "requests": Noun(
        "What is wanted of TalentSprout: one request per interview.",
        {
            "list": Leaf("worker.cli.requests:list_requests", "List requests, newest first."),
            "show": Leaf("worker.cli.requests:show", "Show one request and its evidence."),
            "retry": Leaf("worker.cli.decisions:retry", "Send a held, cancelled or unknown request again."),
            "adopt": Leaf("worker.cli.decisions:adopt", "Give an unknown request the interview that you found."),
            "approve": Leaf("worker.cli.decisions:approve", "Say that an interview held for approval is wanted."),
            "cancel": Leaf("worker.cli.decisions:cancel", "Say that nobody wants a request any more."),
        },
    ),
    "organizations": Noun(
        "Whose interviews they are, and whether each organization sends.",
        {
            "list": Leaf(
                "worker.cli.organizations:list_organizations", "List organizations, and why one does not send."
            ),
            "pause": Leaf("worker.cli.organizations:pause", "Send nothing more for an organization."),
            "resume": Leaf("worker.cli.organizations:resume", "Send again, whoever or whatever paused it."),
        },
    ),
    "events": Noun(
        "What has arrived, as it came.",
        {
            "list": Leaf("worker.cli.events:list_events", "List events, newest first."),
            "show": Leaf("worker.cli.events:show", "Show one event."),
            "replay": Leaf("worker.cli.events:replay", "Read an event again; nothing is doubled by that."),
        },
    ),
    "interviews": Noun(
        "Interviews that exist at TalentSprout.",
        {
            "list": Leaf("worker.cli.interviews:list_interviews", "List interviews, newest first."),
            "show": Leaf("worker.cli.interviews:show", "Show one interview."),
            "link": Leaf("worker.cli.interview_link:link", "Print the link of a job, or of one candidate for it."),
        },
    ),
    "results": Noun(
        "What candidates did.",
        {
            "list": Leaf("worker.cli.results:list_results", "List results, newest first."),
            "show": Leaf("worker.cli.results:show", "Show one result with its evaluation and transcript."),
            "export": Leaf("worker.cli.result_export:export", "Write all results into a file."),
            "attach": Leaf("worker.cli.result_attach:attach", "Say to which job an unmatched result belongs."),
        },
    ),
    "deliveries": Noun(
        "What was told to targets, and what waits.",
        {
            "list": Leaf("worker.cli.deliveries:list_deliveries", "List deliveries, newest first."),
            "show": Leaf("worker.cli.deliveries:show", "Show one delivery and each of its tries."),
            "targets": Leaf("worker.cli.deliveries:list_targets", "List targets, and why one gets nothing."),
            "preview": Leaf("worker.cli.preview:preview", "Show what a target would be told."),
            "resend": Leaf("worker.cli.delivery_decisions:resend", "Send a delivery again, under the same id."),
            "recover": Leaf("worker.cli.delivery_decisions:recover", "Send again what was given up."),
            "test": Leaf("worker.cli.delivery_test:try_target", "Send a target an invented message now."),
            "pause": Leaf("worker.cli.delivery_decisions:pause", "Send a target nothing more."),
            "resume": Leaf("worker.cli.delivery_decisions:resume", "Send to a target again."),
        },
    ),
    "candidates": Noun(
        "Who applied for what, who was invited, what came of it; and all that is stored about a person.",
        {
            "list": Leaf("worker.cli.candidate_list:list_candidates", "List candidates' applications, newest first."),
            "show": Leaf("worker.cli.candidate_list:show", "Show one application, its personal link and results."),
            "resend": Leaf("worker.cli.candidate_list:resend", "Send a candidate's personal link again."),
            "export": Leaf("worker.cli.candidates:export", "Write everything that is stored about a person."),
            "erase": Leaf("worker.cli.candidates:erase", "Erase a person, for good."),
            "readmit": Leaf("worker.cli.candidates:readmit", "Keep again what arrives about somebody who was erased."),
        },
    ),
    "retention": Noun(
        "For how long people's data is kept.",
        {"run": Leaf("worker.cli.retention:run", "End what is older than it may be.")},
    ),
    "keys": Noun(
        "What people's data is sealed with.",
        {
            "list": Leaf("worker.cli.keys:list_keys", "List data keys by their names, never the keys themselves."),
            "rotate": Leaf("worker.cli.keys:rotate", "Seal everything with a new data key."),
        },
    ),
    "sources": Noun(
        "Where ATSs post to.",
        {
            "list": Leaf("worker.cli.sources:list_sources", "List sources, each with its address and state."),
            "test": Leaf("worker.cli.sources:try_source", "Try a source's secrets, and the key of its ATS's API."),
        },
    ),
    "coverage": Leaf("worker.cli.coverage:coverage", "List open jobs, those without a link first."),
    "rules": Noun(
        "What is particular about some postings.",
        {
            "list": Leaf("worker.cli.rules:list_rules", "List the rules, in the order in which they are asked."),
            "try": Leaf(
                "worker.cli.rules:try_rules", "Say which rule decides about a posting, and what would be sent."
            ),
        },
    ),
    "rehearse": Leaf("worker.cli.rehearse:rehearse", "Say what today's configuration would make of what has arrived."),
    "sign": Leaf("worker.cli.sign:sign", "Print the headers that a source would send for a file."),
    "token": Noun(
        "Tokens that open the API and the pages.",
        {
            "create": Leaf("worker.cli.tokens:create", "Make a token; it is shown once."),
            "list": Leaf("worker.cli.tokens:list_tokens", "List tokens, newest first."),
            "revoke": Leaf("worker.cli.tokens:revoke", "End a token."),
        },
    ),
}
