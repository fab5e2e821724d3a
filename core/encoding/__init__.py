"""Pretrained models as encoders of words: fetched, checked, cut into pieces, run, and what they said kept.

hub         a model's files, from the Hugging Face hub or its cache
folder      a model's files: JSON, weights, what a sentence-transformers folder adds
checkpoint  a folder of a model: what it is, whether it can be read without running its code
cutter      words into a tokenizer's pieces, without loading the model
layers      which layers are read, and how the pieces' states become one vector
device      where a model runs, and how exactly
model       the model itself: batches of pieces in, vectors out
store       vectors of words that were encoded before
contexts    sentences of a corpus that hold a word
"""
