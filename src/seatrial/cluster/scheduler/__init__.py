"""The decisions of kube-scheduler, on arrays over the nodes. Start at `framework.py` and `schedule_one.py`."""

from seatrial.cluster.scheduler.placing import schedule

__all__ = ["schedule"]
