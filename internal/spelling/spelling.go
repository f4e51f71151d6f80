// Package spelling finds the names that a misspelled one may have meant.
package spelling

import (
	"cmp"
	"slices"
)

// longest is the number of bytes of a name that count.
const longest = 100

// Nearest returns the n distinct names that are the fewest edits away from the given one.
// The best come first; equally good ones keep their order. Of long names only the
// beginning counts.
func Nearest(name string, names []string, n int) []string {
	distance, distinct := map[string]int{}, []string{}
	for _, s := range names {
		if _, ok := distance[s]; !ok {
			distance[s], distinct = edits(beginning(name), beginning(s)), append(distinct, s)
		}
	}
	slices.SortStableFunc(distinct, func(a, b string) int { return cmp.Compare(distance[a], distance[b]) })
	return distinct[:min(n, len(distinct))]
}

func beginning(s string) string { return s[:min(len(s), longest)] }

// edits counts the insertions, deletions and replacements of bytes that turn a into b.
//
// Levenshtein, "Binary Codes Capable of Correcting Deletions, Insertions, and Reversals",
// Soviet Physics Doklady 10, 1966.
func edits(a, b string) int {
	row := make([]int, len(b)+1) // distances from the bytes of a so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
