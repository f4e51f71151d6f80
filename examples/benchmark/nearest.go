package main

import "slices"

// nearest are the names of the three jobs that take the fewest edits to get to from a
// misspelled name.
func nearest(name string, among []job) []string {
	name = name[:min(len(name), 64)] // all names are shorter
	names := make([]string, len(among))
	edits := map[string]int{}
	for i, j := range among {
		names[i], edits[j.name] = j.name, distance(name, j.name)
	}
	slices.SortStableFunc(names, func(a, b string) int { return edits[a] - edits[b] })
	return names[:3]
}

// distance is the number of letters to insert, delete or replace to make b of a.
//
// Levenshtein, "Binary Codes Capable of Correcting Deletions, Insertions, and Reversals",
// Soviet Physics Doklady 10, 1966.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from the first i letters of a to each start of b
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
