package table

import "github.com/volley-go/volley/chunker"

// The verbs as data.
type (
	selectData struct {
		Columns []string `json:"columns"`
	}
	dropData struct {
		Columns []string `json:"columns"`
	}
	renameData struct {
		From string `json:"from"`
		To   string `json:"to"`
	}
	limitData struct {
		Rows int64 `json:"rows"`
	}
	rowNumberData struct {
		Column string `json:"column"`
	}
)

func init() {
	chunker.RegisterStep("select", func(d selectData) (chunker.Step, error) { return Select(d.Columns...), nil })
	chunker.RegisterStep("drop", func(d dropData) (chunker.Step, error) { return Drop(d.Columns...), nil })
	chunker.RegisterStep("rename", func(d renameData) (chunker.Step, error) { return Rename(d.From, d.To), nil })
	chunker.RegisterStep("limit", func(d limitData) (chunker.Step, error) { return Limit(d.Rows), nil })
	chunker.RegisterStep("rowNumber", func(d rowNumberData) (chunker.Step, error) { return RowNumber(d.Column), nil })
}

// Stored is the step as data.
func (s selection) Stored() (string, any, error) {
	return "select", selectData{append([]string{}, s.columns...)}, nil
}

// Stored is the step as data.
func (r removal) Stored() (string, any, error) {
	return "drop", dropData{append([]string{}, r.columns...)}, nil
}

// Stored is the step as data.
func (r renaming) Stored() (string, any, error) { return "rename", renameData{r.from, r.to}, nil }

// Stored is the step as data.
func (l limit) Stored() (string, any, error) { return "limit", limitData{l.rows}, nil }

// Stored is the step as data.
func (r rowNumber) Stored() (string, any, error) { return "rowNumber", rowNumberData{r.column}, nil }
