package text

import (
	"fmt"
	"unicode"
)

// Patterns have the syntax that tokenizer.json uses, which is that of Oniguruma for Ruby.
// They have no captures and no references to captures, so whether the rest of a pattern
// matches from a place does not depend on how the place was reached.

// node is a parsed pattern.
type node interface {
	// emit compiles the node, to be followed by the instruction next. It returns its
	// entry.
	emit(c *compiler, next int) int
}

type (
	oneOf      struct{ set *class }
	sequenceOf []node
	choiceOf   []node
	repeatOf   struct {
		body     node
		min, max int // max is -1 for any number
		lazy     bool
	}
	atomicOf struct{ body node }
	lookAt   struct {
		body     node
		negative bool
		behind   bool
	}
	assertion byte
)

type opcode byte

const (
	opOne    opcode = iota // a character of the set, then x
	opSplit                // x, or else y
	opLook                 // x matches here, then y
	opAtomic               // x, not to be tried in another way, then y
	opAssert               // the assertion holds, then x
	opMatch
)

type inst struct {
	op       opcode
	x, y     int
	set      *class
	assert   assertion
	negative bool
	back     int // characters that a look starts before this place
	slot     int // of an instruction that is tried once at each place
}

// program is a compiled pattern.
type program struct {
	insts []inst
	entry int
	slots int
}

// maxInstructions bounds a program: a{1,1000} has a copy of a for each time.
const maxInstructions = 4000

type compiler struct {
	program
	fault error
}

func (c *compiler) add(in inst) int {
	if len(c.insts) >= maxInstructions {
		c.fault = fmt.Errorf("the pattern has more than %d instructions once its counts are written out", maxInstructions)
		return 0
	}
	if in.op == opSplit || in.op == opLook || in.op == opAtomic {
		in.slot = c.slots
		c.slots++
	}
	c.insts = append(c.insts, in)
	return len(c.insts) - 1
}

func (n oneOf) emit(c *compiler, next int) int { return c.add(inst{op: opOne, set: n.set, x: next}) }

func (n sequenceOf) emit(c *compiler, next int) int {
	for i := len(n) - 1; i >= 0; i-- {
		next = n[i].emit(c, next)
	}
	return next
}

func (n choiceOf) emit(c *compiler, next int) int {
	entry := n[len(n)-1].emit(c, next)
	for i := len(n) - 2; i >= 0; i-- {
		entry = c.add(inst{op: opSplit, x: n[i].emit(c, next), y: entry})
	}
	return entry
}

func (n repeatOf) emit(c *compiler, next int) int {
	entry := next
	if n.max < 0 {
		entry = c.add(inst{op: opSplit})
		n.choose(c, entry, n.body.emit(c, entry), next)
	}
	for i := n.min; i < n.max && c.fault == nil; i++ {
		body := n.body.emit(c, entry)
		entry = c.add(inst{op: opSplit})
		n.choose(c, entry, body, next)
	}
	for i := 0; i < n.min && c.fault == nil; i++ {
		before := len(c.insts)
		if entry = n.body.emit(c, entry); len(c.insts) == before {
			break // an empty body, any number of times
		}
	}
	return entry
}

// choose sets the split at pc to more or to enough, in the order that n prefers.
func (n repeatOf) choose(c *compiler, pc, more, enough int) {
	if n.lazy {
		more, enough = enough, more
	}
	c.insts[pc].x, c.insts[pc].y = more, enough
}

func (n atomicOf) emit(c *compiler, next int) int {
	return c.add(inst{op: opAtomic, x: n.body.emit(c, c.add(inst{op: opMatch})), y: next})
}

func (n lookAt) emit(c *compiler, next int) int {
	in := inst{op: opLook, negative: n.negative, y: next}
	if n.behind {
		width, ok := widthOf(n.body)
		if !ok {
			c.fault = fmt.Errorf("what (?<= or (?<! looks for has no fixed number of characters")
		}
		in.back = width
	}
	in.x = n.body.emit(c, c.add(inst{op: opMatch}))
	return c.add(in)
}

func (n assertion) emit(c *compiler, next int) int {
	return c.add(inst{op: opAssert, assert: n, x: next})
}

// widthOf returns how many characters n matches, if that is the same for all its matches.
func widthOf(n node) (int, bool) {
	switch n := n.(type) {
	case oneOf:
		return 1, true
	case sequenceOf:
		total := 0
		for _, part := range n {
			width, ok := widthOf(part)
			if !ok {
				return 0, false
			}
			total += width
		}
		return total, true
	case choiceOf:
		width, ok := widthOf(n[0])
		for _, other := range n[1:] {
			w, fixed := widthOf(other)
			ok = ok && fixed && w == width
		}
		return width, ok
	case repeatOf:
		width, ok := widthOf(n.body)
		return width * n.min, ok && n.min == n.max
	case atomicOf:
		return widthOf(n.body)
	}
	return 0, true
}

// compile returns the program of a pattern.
func compile(pattern string) (*program, error) {
	n, err := parse(pattern)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	c := &compiler{}
	c.entry = n.emit(c, c.add(inst{op: opMatch}))
	if c.fault != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, c.fault)
	}
	return &c.program, nil
}

// class is a set of characters.
type class struct {
	members []func(rune) bool
	negated bool
	fold    bool      // letters match in either case
	ascii   [128]bool // has, for the characters that are met most
}

// sealed fills in the table, once all members are there.
func (c *class) sealed() *class {
	for r := range rune(128) {
		c.ascii[r] = c.search(r)
	}
	return c
}

func (c *class) has(r rune) bool {
	if r < 128 {
		return c.ascii[r]
	}
	return c.search(r)
}

func (c *class) search(r rune) bool {
	found := c.member(r)
	if c.fold {
		for f := unicode.SimpleFold(r); f != r && !found; f = unicode.SimpleFold(f) {
			found = c.member(f)
		}
	}
	return found != c.negated
}

func (c *class) member(r rune) bool {
	for _, m := range c.members {
		if m(r) {
			return true
		}
	}
	return false
}
