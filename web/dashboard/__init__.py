"""The pages: what needs somebody, what came in, what waits and why, what is done. One file a page, its template beside it.

Everything works without a script; texts of strangers are escaped by the templates, without exception.
"""

from flask import Blueprint

from web.dashboard import (
    batch_list,
    candidates,
    deliveries,
    fixed,
    one_batch,
    one_candidate,
    one_request,
    one_result,
    pauses,
    request_list,
    signing_in,
    today,
    words,
)


def routes() -> Blueprint:
    """All pages and what they are made of."""
    pages = Blueprint("pages", __name__, template_folder="templates")
    pages.add_url_rule("/", "today", view_func=today.page)
    pages.add_url_rule("/requests", "requests", view_func=request_list.page)
    pages.add_url_rule("/requests/<request_id>", "request", view_func=one_request.page)
    pages.add_url_rule("/requests/<request_id>/adopt", "adopt", view_func=one_request.adopt, methods=["POST"])
    pages.add_url_rule("/requests/<request_id>/retry", "retry", view_func=one_request.retry, methods=["POST"])
    pages.add_url_rule("/requests/<request_id>/approve", "approve", view_func=one_request.approve, methods=["POST"])
    pages.add_url_rule("/requests/<request_id>/cancel", "cancel", view_func=one_request.cancel, methods=["POST"])
    pages.add_url_rule("/candidates", "candidates", view_func=candidates.page)
    one = "/candidates/<candidate_id>"
    pages.add_url_rule(one, "candidate", view_func=one_candidate.page)
    pages.add_url_rule(f"{one}/resend", "resend_link", view_func=one_candidate.resend, methods=["POST"])
    pages.add_url_rule("/results/<result_id>", "result", view_func=one_result.page)
    pages.add_url_rule("/results/<result_id>/attach", "attach", view_func=one_result.attach, methods=["POST"])
    pages.add_url_rule("/organizations/<name>/pause", "pause", view_func=pauses.pause, methods=["POST"])
    pages.add_url_rule("/organizations/<name>/resume", "resume", view_func=pauses.resume, methods=["POST"])
    pages.add_url_rule("/batches", "batches", view_func=batch_list.page)
    pages.add_url_rule("/batches/<batch_id>", "batch", view_func=one_batch.page)
    pages.add_url_rule("/batches/<batch_id>/results", "batch_results", view_func=one_batch.results)
    pages.add_url_rule("/batches/<batch_id>/pause", "pause_batch", view_func=one_batch.pause, methods=["POST"])
    pages.add_url_rule("/batches/<batch_id>/resume", "resume_batch", view_func=one_batch.resume, methods=["POST"])
    pages.add_url_rule("/batches/<batch_id>/cancel", "cancel_batch", view_func=one_batch.cancel, methods=["POST"])
    pages.add_url_rule("/deliveries", "deliveries", view_func=deliveries.page)
    pages.add_url_rule("/deliveries/<delivery_id>/resend", "resend", view_func=deliveries.resend, methods=["POST"])
    pages.add_url_rule("/targets/<name>/pause", "pause_target", view_func=deliveries.pause, methods=["POST"])
    pages.add_url_rule("/targets/<name>/resume", "resume_target", view_func=deliveries.resume, methods=["POST"])
    pages.add_url_rule("/sign-in", "sign_in_form", view_func=signing_in.page)
    pages.add_url_rule("/sign-in", "sign_in", view_func=signing_in.sign_in, methods=["POST"])
    pages.add_url_rule("/sign-out", "sign_out", view_func=signing_in.sign_out, methods=["POST"])
    pages.add_url_rule("/problems/<slug>", "problem", view_func=fixed.problem)
    pages.add_url_rule("/static/<name>", "static", view_func=fixed.static)
    for name, made in words.FILTERS.items():
        pages.add_app_template_filter(made, name)
    pages.app_context_processor(words.on_every_page)
    return pages
