import json

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from discussion import spam
from discussion.spam_features import PLACES, features, places


class Command(BaseCommand):
    help = (
        "Teaches the linear half of the spam filter its examples, and keeps what it learnt beside "
        "them. To be run where the examples or what is looked at in them were changed."
    )

    def handle(self, **options):
        try:
            from scipy.sparse import csr_matrix
            from sklearn.linear_model import LogisticRegression
        except ImportError as error:
            raise CommandError("It needs the test tools: `make test-tools`.") from error
        examples = json.loads(spam.STARTER.read_text())
        rows = [places(each["text"], features(each["text"])) for each in examples]
        ends = np.cumsum([0, *(len(at) for at, _ in rows)])
        at, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        seen = csr_matrix((values, at, ends), shape=(len(rows), PLACES))
        # How much it may trust each feature was chosen by leaving out a fifth of the examples.
        taught = LogisticRegression(C=10, max_iter=1_000)
        taught.fit(seen, [each["spam"] for each in examples])
        np.savez_compressed(
            spam.WEIGHTS,
            weights=taught.coef_[0].astype(np.float16),
            bias=taught.intercept_[0],
            taught_by=spam.fingerprint(),
        )
        self.stdout.write(f"{len(rows)} examples learnt.")
