package kernel

import "testing"

func TestScratchClasses(t *testing.T) {
	last := -1
	for words := 1; words < 1<<20; words += 1 + words/50 {
		class := classOf(words)
		n := wordsOf(class)
		if n < words || words > 64 && 4*n > 5*words+4 {
			t.Fatalf("%d words are of class %d, which has %d", words, class, n)
		}
		if class > last && wordsOf(class-1) >= words && words > 64 {
			t.Fatalf("%d words are of class %d, and would fit the one before", words, class)
		}
		last = max(last, class)
	}
	if a, s := borrow[float32](1001); len(a) != 1001 || wordsOf(s.class) < 501 {
		t.Errorf("%d elements of class %d", len(a), s.class)
	}
}
