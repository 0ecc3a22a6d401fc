"""The admin panel."""

from kuznia.doors.panel import acts, jobs, runs, views, webhooks

ROUTERS = (views.router, acts.router, runs.router, jobs.router, webhooks.router)
