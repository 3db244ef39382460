"""What people say who want a tool, beside what it says of itself.

It is read by whoever ranks tools for a question, never sent with the list. Words of everyday
speech stand here that the product names otherwise: what a caller, a finance team or somebody on
call would say. A test demands an entry for each tool that begins something.
"""

from collections.abc import Mapping

SAME: Mapping[str, str] = {
    "teacher": "instructor",
    "tutor": "instructor",
    "coach": "instructor",
    "pupil": "student",
    "learner": "student",
    "invitation": "invite",
    "authorised": "authorized",
    "canceled": "cancelled",
    "job": "task",
    "cron": "schedule",
    "mailed": "mail",
    "email": "mail",
    "wallet": "credit",
    "voucher": "credit",
    "muted": "silenced",
    "neighborhood": "area",
    "neighbourhood": "area",
    "subject": "service",
    "skill": "service",
    "employee": "staff",
    "colleague": "staff",
}
"""Words that mean the same in every question and every description, whatever their endings."""

SAYINGS: Mapping[str, str] = {
    "account_standing_preview": (
        "suspend, lock, block, ban, close a student's, customer's or user's account or login for"
        " fraud, abuse, a stolen card, stop somebody from signing in or booking, sign them out,"
        " restore, reopen, unlock, unban, unblock an account, let a student back in"
    ),
    "booking_cancel_preview": (
        "call off a lesson tomorrow, cancel this booking for somebody, cannot come, ill, sick,"
        " accident, emergency, scrap it, drop the appointment, on behalf of the student"
    ),
    "instructor_suspend_preview": (
        "block, ban, take down, deactivate, lock out, freeze, kick out an instructor for fraud,"
        " complaints, payments off the platform, bad behavior, remove from search"
    ),
    "instructor_unsuspend_preview": (
        "unblock, unban, reinstate, reactivate, lift the suspension, let back in, let teach"
        " again, restore the profile, forgive"
    ),
    "invite_resend_preview": (
        "send the invite once more, never arrived, lost, spam folder, did not get the letter"
    ),
    "invite_revoke_preview": (
        "withdraw, kill, void, cancel, delete, take back an invite sent to a wrong address, typo,"
        " somebody who must not join"
    ),
    "refund_preview": (
        "give money back, pay back, reimburse, return the payment, wants the money back, half"
        " back, full or partial refund, no show, did not show up, goodwill, what would it cost us"
    ),
    "refund_settle_preview": (
        "the refund was refused, failed, bounced, cannot be made, stuck refund, charge disputed at"
        " the bank, closed card, settle it as credit instead, the bank gave the money back already"
    ),
    "credit_adjust_preview": (
        "put dollars into a student's wallet, add or remove credit, compensate, top up, goodwill,"
        " give 20 dollars, take back credit, apology for a mistake, balance"
    ),
    "alerts_list": (
        "pager, paged, what is firing, burning, on fire, broken right now, alarms, warnings,"
        " pending alert rules, incidents"
    ),
    "silences_list": "who muted what until when, snoozed, kept quiet, silenced alerts, mutes",
    "alert_silence": (
        "mute, snooze, quiet, shut up an alert for an hour while we deploy, stop paging me, hush,"
        " maintenance window"
    ),
    "alert_unsilence": (
        "unmute, end, remove, lift, delete, get rid of a silence or mute, deploy is over, alert"
        " me again"
    ),
    "audit_search": (
        "who changed, who did this, which staff gave, issued, refunded, suspended, deleted,"
        " edited, audit log, trail, history of changes, actions of an admin yesterday,"
        " accountability, who looked at, fingerprints, trace of a user's changes"
    ),
    "bookings_summary": (
        "how many bookings yesterday, numbers of the week, lessons taught, completed and"
        " cancelled, new and repeat students, booking figures by status, popular categories, how"
        " was the day, volume of lessons"
    ),
    "bookings_recent": (
        "latest bookings, newest, just booked, list of bookings made in the last hours, cancelled"
        " or confirmed ones, who booked what"
    ),
    "services_catalog": (
        "what do we offer, what can be learned here, all services and categories, list of"
        " everything taught, menu"
    ),
    "service_lookup": (
        "is there a service called, do we offer or teach this, does anybody teach, which service"
        " matches a word, misspelled service name, what would a search for this word find"
    ),
    "dashboards_list": "which dashboards exist, Grafana boards, where can I see graphs",
    "dashboard_panels": "what is on a dashboard, its panels, graphs and queries, charts of a board",
    "deploy_overview": (
        "version, release, commit, git sha, deployed, rollout, build, when did we ship, same"
        " version everywhere, different commits, drift, restarted, uptime of each process"
    ),
    "find": (
        "who is this, what is this id, whose, belongs to, caller, unknown reference, customer,"
        " payment intent, phone number ends in, anything about"
    ),
    "founding_funnel_summary": (
        "funnel, stages, onboarding conversion, where do new instructors drop off before going"
        " live, lose, leave, how many registered and went live, founding slots left, places,"
        " activation"
    ),
    "founding_stuck_instructors": (
        "who is stuck, stalled, not moved on, waiting for a background check for weeks, abandoned"
        " sign-up, unfinished profile, hanging in onboarding, whom should we nudge, chase"
    ),
    "health_overview": (
        "is everything ok, all right, working, healthy, up, morning check, status of the"
        " platform, how are things, anything wrong, did anything break, what should I do next,"
        " overall, sanity check, fires"
    ),
    "webhooks_list": (
        "did we get the event that Stripe delivered at a time, webhooks failed, dead letters,"
        " received in the last hour, events from Checkr, Resend, callbacks, incoming notifications"
    ),
    "webhook_detail": (
        "show one webhook event evt, its payload, body, attempts, error, what did it do, JSON"
    ),
    "webhook_replay_preview": (
        "process a failed or dead webhook again, rerun, redo, retry, re-deliver, reprocess an event"
    ),
    "instructors_list": (
        "list instructors who teach violin in Brooklyn, live, paused, suspended, founding ones,"
        " who teaches, who is on founding terms, instructors near"
    ),
    "instructors_detail": (
        "everything about one instructor, profile, background check, rate, stats, areas,"
        " offerings, tell me about an instructor, is she live, file"
    ),
    "instructors_coverage": (
        "how many instructors per category, per service, per borough, bookable count, supply, too"
        " few, thin, where are we short, coverage of each area"
    ),
    "invites_preview": (
        "invite somebody as a founding instructor, invite wave, batch of addresses, prepare"
        " invitations, onboard new instructors by mail, new invite for an address, ask to join"
    ),
    "invites_send": "send the invites just previewed, go ahead with the wave, confirm and send",
    "invites_list": (
        "which invites are pending, accepted, expired, revoked, bounced, unanswered, open"
        " invitations, who has not used an invite, delivered"
    ),
    "invites_detail": (
        "what happened to an invite code, was it delivered, opened, used, its history"
    ),
    "metrics_query": (
        "how slow, how fast, p99 latency, error rate, requests per second, rate of, percentage,"
        " share, how much, compared to yesterday, value of a metric, backlog, how many are waiting"
    ),
    "metrics_describe": (
        "definition, define, what does a metric mean, how is it defined, measured, calculated,"
        " thresholds, dictionary, which metrics can I ask for, glossary"
    ),
    "payments_pipeline": (
        "how much is authorized on cards and not captured, when will it be taken, holds, captured"
        " and refunded last month, money in flight, where is the money, collected, net, fees, late"
        " captures"
    ),
    "payments_pending_payouts": (
        "whom do we still have to pay, owed to instructors, unpaid earnings, biggest first, not"
        " paid out, waiting for a payout, transfers due, balance of instructors"
    ),
    "celery_payment_health": (
        "payment processing on time, are holds or captures late, overdue captures, authorizations"
        " failing, stuck money, manual review, do the books agree, reconciliation differences"
    ),
    "prometheus_query": "run PromQL now, evaluate an expression, instant value of a series",
    "prometheus_query_range": (
        "plot, graph, chart a series over time with PromQL, since midnight, curve, time series,"
        " steps"
    ),
    "revenue_report": (
        "revenue, sales, turnover, gross volume and our cut per week, month, quarter, earnings,"
        " take rate, profit, compared to last month, by category, by borough, income, finance"
        " report"
    ),
    "cohort_report": (
        "retention, do students come back, of those who joined in a month how many still book,"
        " churn, loyalty, lifetime, cohorts, retained, by first lesson, repeat customers"
    ),
    "reviews_list": (
        "reviews, ratings, stars, one-star, bad feedback, complaints in words, what do students"
        " say about an instructor, praise, comments, opinions"
    ),
    "search_top_queries": (
        "what do people search or look for most, popular searches, common search terms, what is"
        " in demand, wishes, interest in an area"
    ),
    "search_zero_results": (
        "what did people type and get zero hits, nothing found, no results, in vain, what do we"
        " not offer, unmet searches, empty search results"
    ),
    "search_supply_gaps": (
        "demand without supply by area and service, which areas want a service and have no"
        " instructor, where should we recruit, missing instructors, underserved"
    ),
    "search_quality": (
        "how good are our search results, relevance, clicks, are answers degraded, search speed,"
        " cache, ranking quality"
    ),
    "search_trends": (
        "trending, rising, growing, falling search terms compared with the month before, what is"
        " new, hype, searches per day, seasonal"
    ),
    "sentry_issues_top": (
        "most frequent exceptions, worst errors, new unresolved exceptions since the release,"
        " crashes that hit most users, bugs in production, top Sentry issues"
    ),
    "sentry_issue_detail": (
        "open one Sentry issue by its short id, stack trace, frames, request, details of an"
        " exception"
    ),
    "sentry_event_lookup": (
        "user quoted an error reference, error id, event id of 32 hexadecimal digits, which issue"
        " does an event belong to"
    ),
    "sentry_debug": (
        "is Sentry wired up, working, send a test error, does error tracking work, test it"
    ),
    "booking_story": (
        "what happened with this lesson step by step, timeline, story, did the reminder mail go"
        " out, which messages were sent, history of one booking, its state, what can I still do"
        " with it"
    ),
    "payment_explain": (
        "why was a card charged twice, charged this amount, declined, refused, line by line,"
        " where is my refund, when will it be charged, explain the money of a lesson, double"
        " charge, unknown charge on a statement, bill"
    ),
    "celery_failed_tasks": (
        "what keeps crashing in the background, tracebacks, stack traces of failed tasks, why did"
        " a task fail, errors of background work, which blew up"
    ),
    "celery_task_history": (
        "when did a task last run, every run, attempts, retried, executions over the last day,"
        " did it run, how long did it take"
    ),
    "celery_task_stats": (
        "average runtime of a task over a month, success rate, slowest task, fails most often,"
        " p95 duration of each task, statistics, typical duration, reliability of tasks"
    ),
    "copilot_usage": (
        "who uses the copilot, which tools most, calls and errors by actor, how often is this"
        " assistant used, cost of answers, adoption"
    ),
    "users_lookup": (
        "look up a user, account of, which account is that, customer by mail, phone or name, when"
        " did she last sign in, do we know this number, is he registered"
    ),
    "users_booking_history": (
        "all bookings of a user, past lessons of a person, has he ever taken a lesson with us,"
        " everything somebody booked, lessons of a student"
    ),
    "celery_worker_status": (
        "are all workers alive, online, died, dead, lost, heartbeat, down, how many workers, is a"
        " worker missing"
    ),
    "celery_queue_depth": (
        "backlog, tasks piling up, waiting, stuck in the queues, congestion, messages in the"
        " broker, jam, how far behind"
    ),
    "celery_active_tasks": (
        "what is each worker doing, busy with right now, tasks running at the moment, in"
        " progress, long running"
    ),
    "celery_beat_schedule": (
        "what runs on a schedule, due next, did the nightly task run, missed a run, timetable,"
        " when is the next run, periodic tasks, every night, reconciliation"
    ),
}
"""By tool, without the prefix."""
