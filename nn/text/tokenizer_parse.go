package text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNesting bounds the groups of a pattern and the lists of a file within one another.
const maxNesting = 64

// parser reads a pattern by recursive descent.
type parser struct {
	pattern string
	at      int
	fold    bool // (?i) is on
	depth   int
}

func parse(pattern string) (node, error) {
	if !utf8.ValidString(pattern) {
		return nil, errors.New("it is not UTF-8")
	}
	p := &parser{pattern: pattern}
	n, err := p.choice()
	if err == nil && p.at < len(pattern) {
		err = errors.New("a ) without its (")
	}
	if err != nil {
		return nil, fmt.Errorf("at byte %d: %w", p.at, err)
	}
	return n, nil
}

func (p *parser) peek() byte {
	if p.at < len(p.pattern) {
		return p.pattern[p.at]
	}
	return 0
}

// take skips s if it comes next.
func (p *parser) take(s string) bool {
	ok := strings.HasPrefix(p.pattern[p.at:], s)
	if ok {
		p.at += len(s)
	}
	return ok
}

func (p *parser) rune() rune {
	r, size := utf8.DecodeRuneInString(p.pattern[p.at:])
	p.at += size
	return r
}

func (p *parser) choice() (node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, fmt.Errorf("groups are nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	var out choiceOf
	for {
		n, err := p.sequence()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.take("|") {
			break
		}
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return out, nil
}

func (p *parser) sequence() (node, error) {
	var out sequenceOf
	for p.at < len(p.pattern) && p.peek() != '|' && p.peek() != ')' {
		n, err := p.atom()
		if err == nil {
			n, err = p.quantified(n)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// quantified reads what follows an atom: ?, *, +, {m,n}, each lazy or possessive perhaps.
func (p *parser) quantified(n node) (node, error) {
	for {
		low, high, counted, ok, err := p.quantifier()
		if err != nil || !ok {
			return n, err
		}
		rep := repeatOf{body: n, min: low, max: high}
		switch {
		case p.take("?"):
			rep.lazy = true
			n = rep
		case !counted && p.take("+"): // after {m,n} a + is a quantifier of its own
			n = atomicOf{rep}
		default:
			n = rep
		}
	}
}

func (p *parser) quantifier() (low, high int, counted, ok bool, err error) {
	switch {
	case p.take("?"):
		return 0, 1, false, true, nil
	case p.take("*"):
		return 0, -1, false, true, nil
	case p.take("+"):
		return 1, -1, false, true, nil
	case p.peek() != '{':
		return 0, 0, false, false, nil
	}
	body, _, found := strings.Cut(p.pattern[p.at+1:], "}")
	first, last, ranged := strings.Cut(body, ",")
	if !found || strings.Trim(body, "0123456789,") != "" || first == "" && last == "" || strings.Contains(last, ",") {
		return 0, 0, false, false, nil // a brace as it is
	}
	low, errLow := strconv.Atoi("0" + first)
	high, errHigh := strconv.Atoi("0" + last)
	switch {
	case !ranged:
		high = low
	case last == "":
		high = -1
	}
	if errLow != nil || errHigh != nil || max(low, high) > maxInstructions || high >= 0 && high < low {
		return 0, 0, false, false, fmt.Errorf("count {%s} is not possible", body)
	}
	p.at += len(body) + 2
	return low, high, true, true, nil
}

func (p *parser) atom() (node, error) {
	switch c := p.peek(); c {
	case '(':
		return p.group()
	case '[':
		set, err := p.class()
		return oneOf{set}, err
	case '\\':
		return p.escape()
	case '.':
		p.at++
		return oneOf{(&class{members: []func(rune) bool{is('\n')}, negated: true}).sealed()}, nil
	case '^', '$':
		p.at++
		return assertion(c), nil
	case '?', '*', '+':
		return nil, fmt.Errorf("nothing for %q to repeat", c)
	}
	return p.literal(p.rune()), nil
}

func (p *parser) literal(r rune) node {
	return oneOf{(&class{members: []func(rune) bool{is(r)}, fold: p.fold}).sealed()}
}

func is(r rune) func(rune) bool { return func(s rune) bool { return s == r } }

// group reads a group of any kind.
func (p *parser) group() (node, error) {
	fold := p.fold
	var wrap func(node) node
	switch {
	case p.take("(?:"):
	case p.take("(?i:"):
		p.fold = true
	case p.take("(?-i:"):
		p.fold = false
	case p.take("(?i)"):
		p.fold = true
		return p.rest(fold)
	case p.take("(?="):
		wrap = func(n node) node { return lookAt{body: n} }
	case p.take("(?!"):
		wrap = func(n node) node { return lookAt{body: n, negative: true} }
	case p.take("(?<="):
		wrap = func(n node) node { return lookAt{body: n, behind: true} }
	case p.take("(?<!"):
		wrap = func(n node) node { return lookAt{body: n, negative: true, behind: true} }
	case p.take("(?>"):
		wrap = func(n node) node { return atomicOf{n} }
	case strings.HasPrefix(p.pattern[p.at:], "(?"):
		return nil, errors.New("this kind of group is not supported")
	default:
		p.at++
	}
	n, err := p.choice()
	p.fold = fold
	if err == nil && !p.take(")") {
		err = errors.New("a ( without its )")
	}
	if err == nil && wrap != nil {
		n = wrap(n)
	}
	return n, err
}

// rest reads on after (?i), up to the end of the group that it is in.
func (p *parser) rest(fold bool) (node, error) {
	n, err := p.choice()
	p.fold = fold
	return n, err
}

// escape reads a backslash and what it makes, outside a class.
func (p *parser) escape() (node, error) {
	for _, a := range []assertion{textStart, textEnd, lastLineEnd, wordBoundary, noBoundary} {
		if p.take(`\` + string(rune(a))) {
			return a, nil
		}
	}
	member, r, err := p.member()
	if err != nil {
		return nil, err
	}
	if member == nil {
		return p.literal(r), nil
	}
	return oneOf{(&class{members: []func(rune) bool{member}}).sealed()}, nil
}

// controls are the escapes that stand for one character.
const controls = "n\nr\rt\tf\fv\va\ae\x1b0\x00"

// member reads an escape that stands for a set of characters or, with member nil, for
// one.
func (p *parser) member() (member func(rune) bool, r rune, err error) {
	p.at++
	c := p.rune()
	switch c {
	case 's', 'S':
		return unless(c == 'S', unicode.IsSpace), 0, nil
	case 'd', 'D':
		return unless(c == 'D', isDecimal), 0, nil
	case 'w', 'W':
		return unless(c == 'W', isWord), 0, nil
	case 'p', 'P':
		member, err := p.property(c == 'P')
		return member, 0, err
	case 'x':
		r, err := p.hex(2)
		return nil, r, err
	case 'u':
		r, err := p.hex(4)
		return nil, r, err
	}
	if i := strings.IndexRune(controls, c); i >= 0 && i%2 == 0 {
		return nil, rune(controls[i+1]), nil
	}
	if c == utf8.RuneError || c < 128 && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
		return nil, 0, fmt.Errorf(`escape \%c is not supported`, c)
	}
	return nil, c, nil
}

func unless(negated bool, f func(rune) bool) func(rune) bool {
	if !negated {
		return f
	}
	return func(r rune) bool { return !f(r) }
}

// hex reads the digits of a code point: so many, or any number in braces.
func (p *parser) hex(digits int) (rune, error) {
	text := p.pattern[p.at:min(p.at+digits, len(p.pattern))]
	p.at += len(text)
	if strings.HasPrefix(text, "{") {
		p.at -= len(text)
		body, _, _ := strings.Cut(p.pattern[p.at+1:], "}")
		text = body
		p.at = min(p.at+len(body)+2, len(p.pattern))
	}
	v, err := strconv.ParseUint(text, 16, 32)
	if err != nil || v > unicode.MaxRune {
		return 0, fmt.Errorf("%q is not a character's number", text)
	}
	return rune(v), nil
}

// property reads {Name} or {^Name} and returns the Unicode category or script of that
// name.
func (p *parser) property(negated bool) (func(rune) bool, error) {
	body, _, found := strings.Cut(p.pattern[p.at:], "}")
	name, ok := strings.CutPrefix(body, "{")
	if !found || !ok {
		return nil, errors.New(`\p has no {name}`)
	}
	if rest, ok := strings.CutPrefix(name, "^"); ok {
		name, negated = rest, !negated
	}
	if f, ok := posix[strings.ToLower(name)]; ok {
		p.at += len(body) + 1
		return unless(negated, f), nil
	}
	table := unicode.Categories[name]
	if table == nil {
		table = unicode.Scripts[name]
	}
	if table == nil {
		return nil, fmt.Errorf(`\p{%s} is not a Unicode category or script`, name)
	}
	p.at += len(body) + 1
	return unless(negated, func(r rune) bool { return unicode.Is(table, r) }), nil
}

// class reads a set in brackets.
func (p *parser) class() (*class, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, fmt.Errorf("classes are nested more than %d deep", maxNesting)
	}
	defer func() { p.depth-- }()
	p.at++
	c := &class{fold: p.fold, negated: p.take("^")}
	for first := true; first || p.peek() != ']'; first = false {
		if p.at >= len(p.pattern) {
			return nil, errors.New("a [ without its ]")
		}
		m, err := p.classMember()
		if err != nil {
			return nil, err
		}
		c.members = append(c.members, m)
	}
	p.at++
	return c.sealed(), nil
}

// classMember reads a character, a range, an escape or a class within a class.
func (p *parser) classMember() (func(rune) bool, error) {
	rest := p.pattern[p.at:]
	switch {
	case strings.HasPrefix(rest, "[:"):
		return p.posixClass()
	case rest[0] == '[':
		inner, err := p.class()
		if err != nil {
			return nil, err
		}
		return inner.has, nil
	case strings.HasPrefix(rest, "&&"):
		return nil, errors.New("&& in a class is not supported")
	}
	member, low, err := p.classRune()
	if err != nil || member != nil {
		return member, err
	}
	if p.peek() != '-' || strings.HasPrefix(p.pattern[p.at:], "-]") {
		return is(low), nil
	}
	p.at++
	member, high, err := p.classRune()
	if err == nil && (member != nil || high < low) {
		err = errors.New("a range in a class has no end, or one before its start")
	}
	return func(r rune) bool { return low <= r && r <= high }, err
}

func (p *parser) classRune() (member func(rune) bool, r rune, err error) {
	switch {
	case p.at >= len(p.pattern):
		return nil, 0, errors.New("a [ without its ]")
	case p.peek() == '\\':
		return p.member()
	}
	return nil, p.rune(), nil
}

// posixClass reads [:name:] within a class.
func (p *parser) posixClass() (func(rune) bool, error) {
	name, _, found := strings.Cut(p.pattern[p.at+2:], ":]")
	plain, negated := strings.CutPrefix(name, "^")
	f, ok := posix[plain]
	if !found || !ok {
		return nil, errors.New("[: is not followed by the name of a class and :]")
	}
	p.at += len(name) + 4
	return unless(negated, f), nil
}
