"""The start page of each role, and the same figures for one region."""

from dashboards.views.home import home
from dashboards.views.region import region

__all__ = ["home", "region"]
