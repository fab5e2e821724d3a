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
}


def explain(kind: str) -> Explanation:
    """What a figure of this kind means. Raises KeyError for an unknown kind."""
    return EXPLANATIONS[kind]
