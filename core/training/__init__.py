"""Word vectors from the user's own text: word2vec, fastText, GloVe. What comes out is a folder that is a source."""

from .artifact import Artifact, is_artifact, read_artifact
from .contract import TrainingError
from .spec import FastTextSpec, GloveSpec, TextsSpec, TrainingSpec, Word2VecSpec

__all__ = [
    "Artifact",
    "FastTextSpec",
    "GloveSpec",
    "TextsSpec",
    "TrainingError",
    "TrainingSpec",
    "Word2VecSpec",
    "is_artifact",
    "read_artifact",
]
