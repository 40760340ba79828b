"""The background process of a profile: it watches, keeps the timetable and lets workers do the jobs."""
