"""The ground everything stands on: settings, faults, logs, the database, HTTP clients."""
