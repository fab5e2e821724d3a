"""Long work as processes of its own: a queue on disk that a restarted server takes up again.

records   what a job is and how it stands
store     its folder: job.json, events.jsonl, log.txt, result.json, stop
events    the progress it reports, read as it grows
process   starting, finding and ending processes
outcome   what an ended process means
queue     whose turn it is; `Jobs`
"""

from __future__ import annotations

from .queue import Jobs
from .records import JobSpec, JobState, JobStatus

__all__ = ["JobSpec", "JobState", "JobStatus", "Jobs"]
