"""The commands on a batch: checked, shown, paused, cancelled, retried, exported; each says what changed and what comes next."""

import csv
import json

from tests.cli.desk import TEXT, Desk


def a_file(desk: Desk) -> str:
    rows = "".join(f'{number},"{TEXT} Ward {number}.",sage\n' for number in (1, 2))
    return desk.write("jobs.csv", f'id,Vacancy,voice\n{rows}3,"Too short",\n')


def a_batch(desk: Desk) -> str:
    done = desk.run("batch", "run", a_file(desk), "--map", "description=Vacancy", "--json")
    return str(json.loads(done.stdout)["id"])


def test_a_check_prints_a_verdict_for_each_row_and_files_nothing(desk: Desk) -> None:
    done = desk.run("batch", "check", a_file(desk), "--map", "description=Vacancy")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "row 2: Will be created.",
        "row 3: Will be created.",
        "row 4: The description has 9 characters; TalentSprout needs 50.",
    ]
    assert lines[3] == "3 rows: 2 will be created, 1 too short."
    assert lines[4].startswith("It would take about ")
    assert desk.told("requests", "list")["items"] == []
    assert (
        desk.run("batch", "run", "jobs.csv", "--map", "description=Vacancy", "--dry-run").stdout.splitlines()[:4]
        == lines[:4]
    )


def test_one_row_is_shown_exactly_as_it_would_be_sent(desk: Desk) -> None:
    told = desk.told("batch", "check", a_file(desk), "--map", "description=Vacancy", "--row", "2")
    assert json.loads(told["body"]) == {
        "job_description": f"{TEXT} Ward 1.",
        "client_name": "[spr-?????-1]",
        "voice": "sage",
    }
    assert desk.error("batch", "check", "jobs.csv", "--map", "description=Vacancy", "--row", "9")["code"] == "not_found"


def test_a_batch_is_decided_about_once_and_says_what_comes_next(desk: Desk) -> None:
    batch = a_batch(desk)
    done = desk.run("batch", "pause", batch[:14])
    assert (done.stdout, done.stderr) == (
        "jobs.csv is paused: 2 waiting.\n",
        f"To go on: sprout batch resume {batch}\n",
    )
    assert desk.error("batch", "pause", batch)["code"] == "conflict"
    assert desk.told("requests", "list")["items"][0]["reason_code"] == "batch_paused"
    assert desk.told("batch", "resume", batch)["state"] == "running"
    assert desk.told("batch", "cancel", batch)["counts"]["cancelled"] == 2
    assert desk.told("batch", "retry", batch, "--state", "held")["retried"] == 0
    told = desk.told("batch", "retry", batch, "--state", "cancelled", "--option", "voice=ash")
    assert (told["retried"], told["counts"]["waiting"]) == (2, 2)


def test_a_batch_is_listed_shown_and_exported(desk: Desk) -> None:
    batch = a_batch(desk)
    (listed,) = desk.told("batch", "list")["items"]
    assert (listed["id"], listed["rows"], listed["verdicts"]["new"]) == (batch, 3, 2)
    shown = desk.told("batch", "show", batch)
    assert (shown["reason_code"], shown["eta"]) == ("no_worker", None)  # nothing is sent, so no end is known
    assert [one["row"] for one in shown["bad_rows"]] == [4]
    assert "Rows that can't be filed" in desk.run("batch", "show", batch).stdout
    assert desk.told("batch", "export", batch, "results.csv")["rows"] == 3
    with (desk.folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [one["state"] for one in rows] == ["waiting", "waiting", "too_short"]
    assert rows[0]["Vacancy"] == f"{TEXT} Ward 1."
    assert desk.error("batch", "export", batch, "jobs.csv")["code"] == "file"
    assert desk.error("batch", "export", batch, "results.doc")["code"] == "file"


def test_standard_input_is_a_batch_too(desk: Desk) -> None:
    rows = json.dumps({"job_description": f"{TEXT} By pipe."})
    told = desk.told("batch", "run", "-", feed=rows)
    assert (told["name"], told["filed"]) == ("standard input", 1)


def test_a_files_name_turns_no_line_around(desk: Desk) -> None:
    file = desk.write("jobs\u202evsc.csv", f"id,description\n1,{TEXT}\n")
    batch = str(json.loads(desk.run("batch", "run", file, "--json").stdout)["id"])
    for words in (("export", batch, "results.csv"), ("pause", batch), ("resume", batch)):
        assert "\u202e" not in desk.run("batch", *words).stdout
    assert desk.run("batch", "export", batch, "results.csv").stdout.startswith("1 row of ")
