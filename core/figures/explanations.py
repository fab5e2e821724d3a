"""The "?" beside every figure: what it is, over what it was counted, and its formula."""

from __future__ import annotations

from dataclasses import dataclass

from ..messages import N_


@dataclass(frozen=True)
class Explanation:
    """Texts for a reader, marked for translation; `formula` is Markdown with LaTeX, "" for none."""

    what: str
    over: str = ""
    formula: str = ""


EXPLANATIONS = {
    "types": Explanation(
        N_("**Types** are the distinct words of the vocabulary."), N_("Special tokens such as `<pad>` are not counted.")
    ),
    "tokens": Explanation(
        N_("**Tokens** are all occurrences: the counts of the words added up."),
        N_("Only where counts are known; special tokens are not counted."),
        r"$N = \sum_w c(w)$",
    ),
    "special": Explanation(
        N_("Rows for programs, not for words: padding, unknown, and what you name."),
        N_("`<pad>` is zeros, `<unk>` the mean of the found rows."),
    ),
    "oddities": Explanation(
        N_("What was odd about the file: blank lines, duplicates, control characters and so on."),
        N_("Every one is listed with its line and what was done; nothing is dropped silently."),
    ),
    "zipf": Explanation(
        N_("**Zipf's law**: in natural text a word's count falls with its rank, about as one over the rank."),
        N_("Words with a count, most frequent first; both axes are logarithmic, so the law is a straight line."),
        r"$c(r) \approx C / r^{s},\ s \approx 1$",
    ),
    "lengths": Explanation(N_("How many words have how many characters."), N_("All words, special tokens apart.")),
    "scripts": Explanation(
        N_("Which script the words are written in."),
        N_("By their letters; digits and marks beside letters do not count."),
    ),
    "type_coverage": Explanation(
        N_("The share of distinct words that a source holds, as written or under another spelling."),
        N_("Over all words; special tokens are left out, suspect hits do not count as found."),
        r"$\frac{|\{w \in V : w\ \mathrm{found}\}|}{|V|}$",
    ),
    "token_coverage": Explanation(
        N_("The share of running text whose words are found: frequent words weigh more."),
        N_("Over all tokens; absent, not zero, where counts are unknown."),
        r"$\frac{\sum_{w\ \mathrm{found}} c(w)}{\sum_{w \in V} c(w)}$",
    ),
    "missing": Explanation(
        N_("Words that no source holds under any spelling that is switched on (OOV: out of vocabulary)."),
        N_("Over all words, special tokens apart. A fill makes rows for them when the matrix is built."),
    ),
    "suspect": Explanation(
        N_("Found only with other capitals, where that may be another word: US → us, IT → it."),
        N_("Counted apart from the found ones. They get the row that was found; look them over."),
    ),
    "origin": Explanation(
        N_(
            "How each row comes about: found as written, under another spelling, or not at all; after the build, "
            "how it was made."
        ),
        N_("The upper bar counts every word once, the lower one as often as it occurs."),
    ),
    "rung": Explanation(
        N_(
            "Spellings that are tried when a word is not found as written, one after the other; the first that is "
            "found is taken."
        ),
        N_("The numbers say how many words a rung finds, or would find if it were switched on."),
    ),
    "band": Explanation(
        N_("Coverage by frequency: the hundred most frequent words, the next up to a thousand, and so on."),
        N_("Over the words of each band; the number of words stands beside it."),
    ),
    "script": Explanation(
        N_("Coverage by script."), N_("Over the words of each script; the number of words stands beside it.")
    ),
    "source": Explanation(
        N_("Which source of the chain gave how many words: the first that has a word gives its row."),
        N_("Over all found words."),
    ),
    "scores": Explanation(
        N_(
            "What each subject reached on each set: Spearman's rank correlation with people's scores of word pairs, or "
            "the share of questions, words or texts it gets right. The bars are 95 % intervals from bootstrap samples."
        ),
        N_("Over the items that count under the chosen policy for missing words; compare only on the same items."),
        r"$\rho = 1 - \frac{6 \sum_i d_i^2}{n (n^2 - 1)}$",
    ),
    "by_dimension": Explanation(
        N_("The score with fewer dimensions: the rows reduced by PCA, the same pairs scored again."),
        N_("PCA is fitted on a sample of the subject's rows, centered; the same bootstrap samples at each dimension."),
    ),
    "oov": Explanation(
        N_("All words one by one: what became of each, and under which spelling it was found."),
        N_("Most frequent first. Search, choose a state, click a row, or save the list for a spreadsheet."),
    ),
    "cosine": Explanation(
        N_("The cosine of the angle between two rows: 1 is the same direction, 0 unrelated."),
        N_(
            "Compared with every row of the matrix, exactly, in the original space; padding, unknown and invented rows "
            "are left out."
        ),
        r"$\cos(u, v) = \frac{u \cdot v}{\lVert u \rVert \lVert v \rVert}$",
    ),
    "points": Explanation(
        N_("Words that have a point on this map. Words of one and the same row share their point."),
        N_("All chosen words with a direction; the others are named below the map, none is left out silently."),
    ),
    "trustworthiness": Explanation(
        N_(
            "How far nearness on the map can be believed: 1 if all words near each other here are so in truth; words "
            "that only look near lower it, the more the farther they are in truth."
        ),
        N_("Over the 10 nearest words on the map, by their ranks in the original space (Venna and Kaski 2001)."),
        r"$1 - \frac{2}{n k (2n - 3k - 1)} \sum_i \sum_{j \in U_i} (r(i, j) - k)$",
    ),
    "preservation": Explanation(
        N_("Which share of a word's 10 true neighbors are among its 10 nearest on the map."),
        N_("The mean over the words; the color “true neighbors near here” shows it for each."),
    ),
    "explained": Explanation(
        N_("Which share of the variance of the rows lies in the directions that are shown."),
        N_("The rest differs in directions that are not shown."),
    ),
    "common": Explanation(
        N_("Words that both matrices have, with a direction in both. Only these are compared, also as neighbors."),
        N_("Else a word that one of them lacks would make a difference of vocabularies look like one of spaces."),
    ),
    "overlap": Explanation(
        N_("Which share of a word's nearest words are the same in both matrices, whatever their order."),
        N_("The mean over the measured words; neighbors are searched among the common words."),
        r"$\frac{|N_1(w) \cap N_2(w)|}{k}$",
    ),
    "displacement": Explanation(
        N_(
            "How far a word turned: 1 minus the cosine of its two rows, after the first space was turned onto the "
            "second (orthogonal Procrustes). 0: not at all; 1: to a direction that has nothing in common."
        ),
        N_("Over the common words, rows of length 1."),
        r"$1 - \cos(u_w R, v_w)$",
    ),
    "agreement": Explanation(
        N_("Whether the two matrices order pairs of words alike: Spearman's rank correlation of the pairs' cosines."),
        N_("Over a seeded sample of pairs of common words."),
    ),
    "rows": Explanation(N_("Rows of the matrix: one for every word and special token, in your order.")),
    "dimensions": Explanation(N_("Numbers in every row.")),
    "dropped": Explanation(N_("Words that the fill “leave out” gave no row; `dropped.json` lists them.")),
    "zero_rows": Explanation(
        N_("Words whose row is all zeros: they have no direction, and no neighbors."),
        N_("Padding is left out: it is meant to be zero."),
    ),
    "duplicate_rows": Explanation(
        N_("Words that share one and the same row, for example because all were filled with the mean."),
        N_("Compared bit by bit."),
    ),
    "norms": Explanation(
        N_(
            "How long the rows are. In many sources frequent words are longer or shorter than rare ones; filled rows "
            "may stand apart."
        ),
        N_("All rows but padding."),
        r"$\lVert v \rVert_2 = \sqrt{\sum_i v_i^2}$",
    ),
    "tuning_texts": Explanation(
        N_("Texts of the file that have a token, and a label or a partner where one is due."),
        N_("Texts without any token are left out and counted."),
    ),
    "tuning_classes": Explanation(N_("Different labels. A class that is rare is hard to learn and harder to test.")),
    "tuning_lengths": Explanation(N_("The middle text has so many tokens: half have fewer, half more.")),
    "tuning_covered": Explanation(
        N_("Which share of the texts' tokens finds a row in the matrix. The others are not seen at all."),
        N_("Over all tokens of the texts, each as often as it occurs."),
    ),
    "class_balance": Explanation(
        N_("How many texts each class has. Where one has most of them, accuracy flatters: look at macro-F1."),
    ),
    "token_shares": Explanation(
        N_("How the rows came about that the texts' tokens find: given by a source, made, or none at all."),
        N_("Over all tokens of the texts."),
    ),
    "test_accuracy": Explanation(
        N_("The share of test texts whose class is found. They were kept apart from training."),
        N_("The mean over the seeds; the interval says what other test texts would give (bootstrap)."),
    ),
    "test_macro_f1": Explanation(
        N_("F1 of each class, averaged: a rare class counts as much as a common one."),
        N_("Over the classes that occur in the test; the mean over the seeds."),
        r"$F_1 = \frac{2 P R}{P + R}$",
    ),
    "calibration": Explanation(
        N_("How far the classifier's surety is from how often it is right: 0 is perfect, .1 is ten points off."),
        N_("The mean gap over 15 bins of confidence, weighted by their texts (Guo et al. 2017)."),
        r"$\sum_b \frac{n_b}{n} \left| \mathrm{acc}(b) - \mathrm{conf}(b) \right|$",
    ),
    "test_mrr": Explanation(
        N_("One over the rank at which a text's partner is found among all partners of the test, on average."),
    ),
    "test_recall_1": Explanation(N_("How often a text's partner is the nearest of all partners of the test.")),
    "test_recall_10": Explanation(N_("How often a text's partner is among the ten nearest of the test.")),
    "rows_moved": Explanation(
        N_("Rows that are no longer what they were. Only rows of words that occur in the training texts can move."),
    ),
    "before_after": Explanation(
        N_("The same scores on the same test, with the matrix as it was and as it is now."),
    ),
    "baselines": Explanation(
        N_(
            "What is reached on the same texts without tuning: by the commonest class, by words alone (TF-IDF), by "
            "classifiers on the matrix as it was, and by random vectors that were tuned the same way."
        ),
        N_("Accuracy on the test texts; the lines are 95 % intervals over test texts."),
    ),
    "loss_curve": Explanation(
        N_(
            "What training lowers. Where the validation loss rises while the training loss falls, the texts are being "
            "learned by heart; the epoch with the lowest validation loss is kept."
        ),
        N_("Of the first seed, whose matrix is kept."),
    ),
    "measure_curve": Explanation(
        N_(
            "Scores on the validation part after each epoch. It says when to stop; the test is scored once, at the end."
        ),
    ),
    "confusion": Explanation(
        N_("Each row is a class as it is, each column what its texts were taken for. The diagonal is right."),
        N_("Numbers are texts, shades are shares of the row."),
    ),
    "reliability": Explanation(
        N_("On the dashed line, predictions that are 80 % sure are right in 80 % of cases. Below it, they boast."),
        N_("A point for each of 15 bins of confidence; large points have many texts, red lines are the gaps."),
    ),
    "moving_map": Explanation(
        N_("Where watched words stand after each epoch, with a line from where they started."),
        N_("One plane for all epochs, the one in which all their places spread most (PCA): axes never change."),
    ),
    "tuning_displacement": Explanation(
        N_("How far a row turned: 1 minus the cosine of before and after. 0: not at all; 1: at right angles."),
        N_("Over the rows that moved."),
        r"$1 - \cos(u_w, v_w)$",
    ),
    "tuning_length": Explanation(
        N_("By how much rows changed, relative to how long they were."),
        N_("Over the rows that moved."),
        r"$\frac{\lVert v_w - u_w \rVert}{\lVert u_w \rVert}$",
    ),
    "tuning_overlap": Explanation(
        N_("Which share of a word's 10 nearest words is still the same."),
        N_("The mean over a sample of rows that moved."),
    ),
    "forgetting": Explanation(
        N_("Scores on published sets before and after: what the matrix knew in general, and how much of it is left."),
    ),
    "class_words": Explanation(
        N_("The classifier is linear: each word adds a fixed part to each class. These add most, against the others."),
    ),
    "contributions": Explanation(
        N_("What each word of the text added to the class that was found, over the one that is right."),
        N_("Exact, not estimated: the classifier is linear in the rows, and each word has its weight in the text."),
    ),
}


def explain(kind: str) -> Explanation:
    """What a figure of this kind means. Raises KeyError for an unknown kind."""
    return EXPLANATIONS[kind]
