"""The admin panel."""

from kuznia.doors.panel import acts, runs, views

ROUTERS = (views.router, acts.router, runs.router)
