package ir

// Refusal is why a machine does not run a graph: it has not the operation, or not for the types
// that the operation has there.
type Refusal struct {
	Node *Node
	Why  string // empty: there is no such operation on the machine
}

// Error names the operation.
func (r *Refusal) Error() string {
	if r.Why == "" {
		return "the operation " + r.Node.Op.String() + " is not there on this machine"
	}
	return "the operation " + r.Node.Op.String() + ": " + r.Why
}
