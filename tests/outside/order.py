"""A program of somebody who has a client made from our document, and nothing else of ours."""

# The client is made by the test that runs this.
# pyright: reportMissingImports=false

import json
import sys

from kuznia_client import Client
from kuznia_client.api.artefacts import artefacts_page
from kuznia_client.api.training import make_training
from kuznia_client.models import (
    ArtefactsPageDomain,
    EnvelopeArtefactPage,
    EnvelopeArtefactShape,
    FaultEnvelope,
    PlanInput,
    Profile,
)

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)
profile = Profile(age=34, days=3, equipment=["dumbbells"])

made = make_training.sync(client=client, body=PlanInput(profile=profile))
assert isinstance(made, EnvelopeArtefactShape), made
page = artefacts_page.sync(client=client, domain=ArtefactsPageDomain.TRAINING)
assert isinstance(page, EnvelopeArtefactPage), page
profile.equipment = ["dumbels"]
refused = make_training.sync(client=client, body=PlanInput(profile=profile))
assert isinstance(refused, FaultEnvelope), refused

sys.stdout.write(
    json.dumps(
        {
            "success": made.success,
            "domain": made.data.domain,
            "parts": list(made.data.parts.to_dict()),
            "history": [line.id == made.data.id for line in page.data.items],
            "refused": refused.error.code,
        }
    )
)
