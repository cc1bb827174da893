"""What a trial was given: an event log begins with it, so that the log alone suffices to run the trial again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seatrial import __version__
from seatrial.manifests.inventory import Inventory
from seatrial.manifests.places import Place
from seatrial.manifests.resources import Resource
from seatrial.model.objects import EPOCH, Object
from seatrial.model.secrets import concealed
from seatrial.trial import profiles as workload_profiles
from seatrial.trial import scenario
from seatrial.trial.event_log.lines import KIND, SCHEMA_VERSION, Line, encoded
from seatrial.trial.profiles import API_VERSION
from seatrial.trial.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Inputs:
    """All on which the runs of a trial depend."""

    seed: int
    kube_version: str
    nodes: Sequence[Object] = ()
    manifests: Sequence[Object] = ()
    profiles: Sequence[Object] = ()
    """WorkloadProfiles documents, in the order in which they count."""
    scenarios: Sequence[Scenario] = ()

    def lines(self) -> Iterator[Line]:
        """The header, then a line for each object."""
        below = [*self._of("node", self.nodes), *self._of("manifest", [_safe(obj) for obj in self.manifests])]
        below += self._of("profiles", self.profiles)
        below += self._of("scenario", [scenario.document_of(found) for found in self.scenarios])
        digest = hashlib.sha256()
        for line in below:
            digest.update(encoded(line))
        yield {
            "type": "header", "apiVersion": API_VERSION, "kind": KIND, "schemaVersion": SCHEMA_VERSION,
            "tool": {"name": "seatrial", "version": __version__}, "kubeVersion": self.kube_version, "seed": self.seed,
            "epoch": EPOCH.isoformat().replace("+00:00", "Z"),
            "nodes": len(self.nodes), "manifests": len(self.manifests),
            "scenarios": [found.name for found in self.scenarios],
            "inputs": f"sha256:{digest.hexdigest()}",
        }  # fmt: skip
        yield from below

    @staticmethod
    def _of(role: str, objects: Sequence[Object]) -> list[Line]:
        return [{"type": "input", "role": role, "object": obj} for obj in objects]

    def inventory(self, file: str) -> Inventory:
        """The manifests as an inventory whose places are in the log itself."""
        place = Place(file)
        return Inventory(Resource(obj, place) for obj in self.manifests)

    def known_profiles(self, file: str) -> workload_profiles.Profiles:
        """The profiles that the documents give.

        Raises:
            profiles.ProfileError: where a document says what this version does not understand.
        """
        return workload_profiles.read(Resource(obj, Place(file)) for obj in self.profiles)


def _safe(obj: Object) -> Object:
    return concealed(obj) if obj.kind == "Secret" else obj
