"""Outcomes as terminal text, JSON, HTML, JUnit, SARIF and workflow annotations; `formats` knows them by name."""
