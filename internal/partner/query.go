package partner

import (
	"fmt"
	"strings"
)

// query is a WHERE clause in the making: each condition is added with its values.
type query struct {
	conditions []string
	args       []any
}

// where adds a condition in which %s stands for the placeholders of values.
func (w *query) where(condition string, values ...any) {
	w.conditions = append(w.conditions,
		strings.ReplaceAll(condition, "%s", placeholders(len(w.args)+1, len(values))))
	w.args = append(w.args, values...)
}

// among adds a condition only when there are values to be among.
func among[T any](w *query, condition string, values []T) {
	if len(values) > 0 {
		w.where(condition, anys(values)...)
	}
}

func (w *query) sql() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// placeholders returns "$3, $4, $5" for from 3 and count 3; NULL for none, so that
// IN () stays valid and matches nothing.
func placeholders(from, count int) string {
	if count == 0 {
		return "NULL"
	}
	marks := make([]string, count)
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", from+i)
	}
	return strings.Join(marks, ", ")
}

func anys[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

func lowered(values []string) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = strings.ToLower(strings.TrimSpace(v))
	}
	return all
}
