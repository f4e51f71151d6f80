package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"strconv"
	"strings"
)

// mutant is one change of one file.
type mutant struct {
	file   string
	line   int
	source string // the line, without space around it
	before string // what is replaced, in one line
	after  string
	src    []byte
	lo, hi int // of src
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d: %s → %s in %q", m.file, m.line, m.before, m.after, m.source)
}

// text is the file with the change.
func (m mutant) text() []byte {
	after := m.after
	if after == nothing {
		after = ""
	}
	return bytes.Join([][]byte{m.src[:m.lo], []byte(after), m.src[m.hi:]}, nil)
}

// nothing stands for a statement that is left out.
const nothing = "nothing"

// plant lists all mutants of the Go files of a folder that this machine builds, but for
// tests and generated files.
func plant(folder string) ([]mutant, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var out []mutant
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := build.Default.MatchFile(folder, name); err != nil || !ok {
			continue
		}
		src, err := os.ReadFile(path.Join(folder, name))
		if err != nil {
			return nil, err
		}
		found, err := plantIn(path.Join(folder, name), src)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// planter collects the mutants of a file.
type planter struct {
	fset    *token.FileSet
	file    string
	src     []byte
	results *ast.FieldList // of the function around
	out     []mutant
}

func plantIn(file string, src []byte) ([]mutant, error) {
	p := &planter{fset: token.NewFileSet(), file: file, src: src}
	f, err := parser.ParseFile(p.fset, file, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(f) {
		return nil, nil
	}
	p.walk(f)
	return p.out, nil
}

// walk visits what is below a node; functions in it are walked with their own results.
func (p *planter) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field, *ast.ArrayType:
			return false
		case *ast.FuncDecl:
			if n != root && n.Body != nil {
				p.inside(n.Type.Results, n.Body)
			}
			return n == root
		case *ast.FuncLit:
			p.inside(n.Type.Results, n.Body)
			return false
		case *ast.CallExpr:
			if message(n.Fun) {
				return false
			}
		}
		p.visit(n)
		return true
	})
}

func (p *planter) inside(results *ast.FieldList, body *ast.BlockStmt) {
	outer := p.results
	p.results = results
	p.walk(body)
	p.results = outer
}

// message reports whether a call makes the text of an error, whose wording is no matter
// of correctness.
func message(f ast.Expr) bool {
	name := ""
	switch f := f.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	return strings.HasSuffix(name, "rrorf") || strings.HasSuffix(name, "rintf") || name == "panic" || name == "refuse"
}

var operators = map[token.Token][]token.Token{
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.REM: {token.QUO},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR}, token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL}, token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.AND: {token.OR}, token.OR: {token.AND}, token.AND_NOT: {token.AND}, token.SHL: {token.SHR}, token.SHR: {token.SHL},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN}, token.MUL_ASSIGN: {token.QUO_ASSIGN}, token.OR_ASSIGN: {token.AND_ASSIGN},
	token.INC: {token.DEC}, token.DEC: {token.INC},
}

func (p *planter) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		p.operator(n.OpPos, n.Op)
	case *ast.UnaryExpr:
		if n.Op == token.NOT || n.Op == token.SUB {
			p.add(n.Pos(), n.X.Pos(), "")
		}
	case *ast.IfStmt:
		p.add(n.Cond.Pos(), n.Cond.End(), "!("+p.text(n.Cond)+")")
	case *ast.BasicLit:
		p.literal(n)
	case *ast.Ident:
		if n.Name == "true" || n.Name == "false" {
			p.add(n.Pos(), n.End(), map[string]string{"true": "false", "false": "true"}[n.Name])
		}
	case *ast.CallExpr:
		p.swapped(n)
	case *ast.ReturnStmt:
		p.zeroed(n)
	case *ast.BlockStmt:
		p.statements(n.List)
	case *ast.CaseClause:
		p.statements(n.Body)
	case *ast.AssignStmt:
		p.operator(n.TokPos, n.Tok)
	case *ast.IncDecStmt:
		p.operator(n.TokPos, n.Tok)
	case *ast.BranchStmt:
		if n.Label == nil && n.Tok == token.CONTINUE {
			p.add(n.Pos(), n.End(), "break")
		}
	case *ast.SliceExpr:
		if n.High != nil {
			p.add(n.High.Pos(), n.High.End(), p.text(n.High)+"-1")
		}
	case *ast.IndexExpr:
		if _, ok := n.Index.(*ast.Ident); ok {
			p.add(n.Index.Pos(), n.Index.End(), p.text(n.Index)+"-1")
		}
	}
}

func (p *planter) operator(at token.Pos, op token.Token) {
	for _, other := range operators[op] {
		p.add(at, at+token.Pos(len(op.String())), other.String())
	}
}

// literal changes a number by one, or by half of it.
func (p *planter) literal(n *ast.BasicLit) {
	switch n.Kind {
	case token.INT:
		if x, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			p.add(n.Pos(), n.End(), strconv.FormatInt(x+1, 10))
			if x > 0 {
				p.add(n.Pos(), n.End(), strconv.FormatInt(x-1, 10))
			}
		}
	case token.FLOAT:
		if x, err := strconv.ParseFloat(n.Value, 64); err == nil {
			p.add(n.Pos(), n.End(), strconv.FormatFloat(1.5*x+map[bool]float64{true: 1}[x == 0], 'g', -1, 64))
		}
	}
}

// swapped exchanges neighbouring arguments.
func (p *planter) swapped(n *ast.CallExpr) {
	for i := 1; i < len(n.Args); i++ {
		a, b := n.Args[i-1], n.Args[i]
		if p.text(a) != p.text(b) && n.Ellipsis == token.NoPos {
			p.add(a.Pos(), b.End(), p.text(b)+", "+p.text(a))
		}
	}
}

// zeroed returns zero for one of the results.
func (p *planter) zeroed(n *ast.ReturnStmt) {
	if p.results == nil {
		return
	}
	var types []string
	for _, f := range p.results.List {
		for range max(1, len(f.Names)) {
			types = append(types, p.text(f.Type))
		}
	}
	if len(types) != len(n.Results) {
		return
	}
	for i, r := range n.Results {
		if text := p.text(r); text != "nil" && text != "0" && text != "false" {
			p.add(r.Pos(), r.End(), "*new("+types[i]+")")
		}
	}
}

// statements leaves out one of a list.
func (p *planter) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if c, ok := s.X.(*ast.CallExpr); ok && message(c.Fun) {
				continue
			}
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.IncDecStmt, *ast.DeferStmt:
		case *ast.IfStmt:
			if s.Else != nil || s.Init != nil {
				continue
			}
		default:
			continue
		}
		p.add(s.Pos(), s.End(), nothing)
	}
}

func (p *planter) text(n ast.Node) string {
	return string(p.src[p.offset(n.Pos()):p.offset(n.End())])
}

func (p *planter) offset(at token.Pos) int { return p.fset.Position(at).Offset }

// add notes that src from lo to hi be replaced.
func (p *planter) add(lo, hi token.Pos, after string) {
	at := p.fset.Position(lo)
	m := mutant{file: p.file, line: at.Line, src: p.src, lo: at.Offset, hi: p.offset(hi), after: after}
	m.before = strings.Join(strings.Fields(string(p.src[m.lo:m.hi])), " ")
	line := p.src[bytes.LastIndexByte(p.src[:m.lo], '\n')+1:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	m.source = strings.TrimSpace(string(line))
	p.out = append(p.out, m)
}
