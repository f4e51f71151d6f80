package text

// trie has strings by their prefixes.
type trie struct {
	next map[edge]int
	ends []int // of each node: the value of the string that ends there, or -1
}

type edge struct {
	node int
	by   byte
}

func newTrie() *trie { return &trie{next: map[edge]int{}, ends: []int{-1}} }

func (t *trie) insert(s string, value int) {
	node := 0
	for i := range len(s) {
		child, ok := t.next[edge{node, s[i]}]
		if !ok {
			child = len(t.ends)
			t.ends = append(t.ends, -1)
			t.next[edge{node, s[i]}] = child
		}
		node = child
	}
	t.ends[node] = value
}

// prefixes calls f for each string of the trie that s begins with, the shortest first.
func (t *trie) prefixes(s string, f func(length, value int)) {
	node, ok := 0, false
	for i := range len(s) {
		if node, ok = t.next[edge{node, s[i]}]; !ok {
			return
		}
		if v := t.ends[node]; v >= 0 {
			f(i+1, v)
		}
	}
}
