package expr

import (
	"go/ast"
	"go/token"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/volley-go/volley/internal/ir"
)

// function translates the text of a Go function, such as
//
//	func(fare, tip float64) float64 { t := fare + tip; return t * 2 }
//
// into a node. Parameters are the columns of their names, converted to their
// types. A statement changes the scope, which names the value of each variable;
// an if makes both scopes and blends them with ifelse, and a return inside of one
// is blended with what follows. The function is as one call of it: null if a
// parameter that the value depends on is null.
func (c *checker) function(fn *ast.FuncLit) *ir.Node {
	c.scope = map[string]*ir.Node{}
	outer := c.scope
	for _, f := range fn.Type.Params.List {
		t := c.typeExpr(f.Type)
		for _, name := range f.Names {
			pos := offset(name.Pos())
			col := c.column(name.Name, pos)
			if col == nil {
				c.unknown(name.Name, pos)
			}
			outer[name.Name] = c.to(col, t)
		}
	}
	if fn.Type.Results == nil || fn.Type.Results.NumFields() != 1 {
		c.fail(offset(fn.Pos()), "the function must return one value")
	}
	result := c.typeExpr(fn.Type.Results.List[0].Type)
	value := c.block(fn.Body.List, result)
	if value == nil {
		c.fail(offset(fn.Body.Rbrace), "the function ends without a return")
	}
	return value
}

// block translates statements up to a return; nil when there is none on some
// path.
func (c *checker) block(list []ast.Stmt, result arrow.DataType) *ir.Node {
	for i, s := range list {
		switch s := s.(type) {
		case *ast.ReturnStmt:
			if len(s.Results) != 1 {
				c.fail(offset(s.Pos()), "return one value")
			}
			return c.to(c.expr(s.Results[0]), result)
		case *ast.AssignStmt:
			c.assign(s)
		case *ast.DeclStmt:
			c.declare(s)
		case *ast.IncDecStmt:
			c.incDec(s)
		case *ast.IfStmt:
			if v := c.ifStmt(s, list[i+1:], result); v != nil {
				return v
			}
		case *ast.BlockStmt:
			if v := c.nested(s.List, result); v != nil {
				return v
			}
		case *ast.EmptyStmt:
		default:
			c.fail(offset(s.Pos()), "this statement cannot be vectorised: assignments, if and return can")
		}
	}
	return nil
}

// assign translates = and := and the assignment operators.
func (c *checker) assign(s *ast.AssignStmt) {
	pos := offset(s.TokPos)
	if len(s.Lhs) != len(s.Rhs) {
		c.fail(pos, "assign as many values as there are variables")
	}
	values := make([]*ir.Node, len(s.Rhs))
	for i, r := range s.Rhs {
		values[i] = c.settle(c.expr(r))
	}
	for i, l := range s.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok {
			c.fail(offset(l.Pos()), "only variables can be assigned")
		}
		c.set(id, s.Tok, values[i], s.Rhs[i], pos)
	}
}

// set gives a variable a value, of its type once it has one.
func (c *checker) set(id *ast.Ident, tok token.Token, v *ir.Node, rhs ast.Expr, pos int) {
	old, known := c.scope[id.Name]
	switch {
	case id.Name == "_":
		return
	case tok == token.DEFINE:
		c.scope[id.Name] = v
		return
	case !known:
		c.fail(offset(id.Pos()), "%s is not defined: write := to define it%s", id.Name, meant(id.Name, keys(c.scope), asIs))
	case tok != token.ASSIGN:
		v = c.binary(assignOps[tok], old, c.expr(rhs), pos)
	default:
		v = c.expr(rhs)
	}
	c.scope[id.Name] = c.to(v, old.Type)
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
	token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR,
	token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

func (c *checker) incDec(s *ast.IncDecStmt) {
	id, ok := s.X.(*ast.Ident)
	if !ok || c.scope[id.Name] == nil {
		c.fail(offset(s.Pos()), "only variables can be counted")
	}
	tok := token.ADD
	if s.Tok == token.DEC {
		tok = token.SUB
	}
	pos := offset(s.TokPos)
	c.scope[id.Name] = c.binary(tok, c.scope[id.Name], c.untypedInt(1, pos), pos)
}

// declare translates var and const inside of the body.
func (c *checker) declare(s *ast.DeclStmt) {
	decl, ok := s.Decl.(*ast.GenDecl)
	if !ok || decl.Tok == token.TYPE {
		c.fail(offset(s.Pos()), "types cannot be declared here")
	}
	for _, spec := range decl.Specs {
		vs, ok := spec.(*ast.ValueSpec)
		if !ok {
			c.fail(offset(spec.Pos()), "this declaration is not supported")
		}
		for i, name := range vs.Names {
			c.scope[name.Name] = c.declared(vs, i, decl.Tok == token.CONST)
		}
	}
}

func (c *checker) declared(vs *ast.ValueSpec, i int, constant bool) *ir.Node {
	pos := offset(vs.Pos())
	if len(vs.Values) == 0 {
		if vs.Type == nil {
			c.fail(pos, "give the variable a type or a value")
		}
		return c.zero(c.typeExpr(vs.Type), pos)
	}
	if len(vs.Values) != len(vs.Names) {
		c.fail(pos, "give as many values as there are names")
	}
	v := c.expr(vs.Values[i])
	switch {
	case vs.Type != nil:
		return c.to(v, c.typeExpr(vs.Type))
	case constant:
		return v // stays untyped, as in Go
	}
	return c.settle(v)
}

// zero is a type's zero value.
func (c *checker) zero(t arrow.DataType, pos int) *ir.Node {
	switch {
	case ir.IsNumber(t):
		return c.to(c.untypedInt(0, pos), t)
	case ir.IsBool(t), ir.IsString(t):
		n := c.node(ir.OpConst, t, pos)
		if n.Value = any(false); ir.IsString(t) {
			n.Value = ""
		}
		return n
	}
	c.fail(pos, "a variable of type %s needs a value", ir.TypeName(t))
	return nil
}

// nested is a block whose := variables end with it.
func (c *checker) nested(list []ast.Stmt, result arrow.DataType) *ir.Node {
	before := copyScope(c.scope)
	v := c.block(list, result)
	c.leave(list, before)
	return v
}

// leave restores the variables that a block defined anew.
func (c *checker) leave(list []ast.Stmt, before map[string]*ir.Node) {
	local := map[string]bool{}
	for _, s := range list {
		if a, ok := s.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, l := range a.Lhs {
				if id, ok := l.(*ast.Ident); ok {
					local[id.Name] = true
				}
			}
		}
		if d, ok := s.(*ast.DeclStmt); ok {
			for _, spec := range d.Decl.(*ast.GenDecl).Specs {
				if vs, ok := spec.(*ast.ValueSpec); ok {
					for _, name := range vs.Names {
						local[name.Name] = true
					}
				}
			}
		}
	}
	for name := range local {
		if old, ok := before[name]; ok {
			c.scope[name] = old
		} else {
			delete(c.scope, name)
		}
	}
}

func copyScope(s map[string]*ir.Node) map[string]*ir.Node {
	c := make(map[string]*ir.Node, len(s))
	for k, v := range s {
		c[k] = v
	}
	return c
}

// ifStmt translates an if. When a branch returns, what follows the if is the
// rest of the other one, so both become one value; when none does, the
// variables are blended and nil is returned.
func (c *checker) ifStmt(s *ast.IfStmt, rest []ast.Stmt, result arrow.DataType) *ir.Node {
	before := copyScope(c.scope)
	if s.Init != nil {
		c.block([]ast.Stmt{s.Init}, result)
	}
	cond := c.to(c.expr(s.Cond), ir.BoolType)
	start := copyScope(c.scope)

	then := c.nested(s.Body.List, result)
	afterThen := c.scope
	c.scope = copyScope(start)
	var other *ir.Node
	if s.Else != nil {
		other = c.nested([]ast.Stmt{s.Else}, result)
	}
	afterElse := c.scope
	if then == nil && other == nil {
		c.scope = c.blend(cond, before, afterThen, afterElse)
		return nil
	}
	if then == nil {
		c.scope = c.outside(before, afterThen)
		then = c.mustReturn(rest, result, s)
	}
	if other == nil {
		c.scope = c.outside(before, afterElse)
		other = c.mustReturn(rest, result, s)
	}
	return c.selected(cond, then, other)
}

func (c *checker) mustReturn(rest []ast.Stmt, result arrow.DataType, s *ast.IfStmt) *ir.Node {
	v := c.block(rest, result)
	if v == nil {
		c.fail(offset(s.Pos()), "a path through this if ends without a return")
	}
	return v
}

// outside is the values after a branch of the variables known before the if.
func (c *checker) outside(before, after map[string]*ir.Node) map[string]*ir.Node {
	s := map[string]*ir.Node{}
	for name := range before {
		s[name] = after[name]
	}
	return s
}

// blend joins the variables of two branches.
func (c *checker) blend(cond *ir.Node, before, then, other map[string]*ir.Node) map[string]*ir.Node {
	s := map[string]*ir.Node{}
	for name := range before {
		if a, b := then[name], other[name]; a == b {
			s[name] = a
		} else {
			s[name] = c.selected(cond, a, b)
		}
	}
	return s
}

// selected is Go's if on values: null for a null condition, unlike ifelse,
// because a function of a null parameter is not called at all.
func (c *checker) selected(cond, a, b *ir.Node) *ir.Node {
	n := c.node(ir.OpSelect, a.Type, cond.Pos, cond, a, b)
	null := c.node(ir.OpConst, a.Type, cond.Pos)
	return c.node(ir.OpSelect, a.Type, cond.Pos, c.node(ir.OpIsNull, ir.BoolType, cond.Pos, cond), null, n)
}
