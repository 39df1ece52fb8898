package outbox

import (
	"context"
	"fmt"
	"strings"

	"sapa/internal/store"
)

// move takes one message from one state to another. It reports false, and changes
// nothing, when the message is no longer in the state it was seen in: somebody else,
// or a receipt, was first.
func move(ctx context.Context, tx *store.Tx, m Message, to State, reason string) (bool, error) {
	if !MayMove(m.State, to) {
		return false, fmt.Errorf("message %d cannot go from %s to %s", m.ID, m.State, to)
	}
	result, err := tx.ExecContext(ctx,
		"UPDATE outbox SET state = $1, reason = $2 WHERE id = $3 AND state = $4 AND epoch = $5",
		to, reason, m.ID, m.State, m.Epoch)
	if err != nil {
		return false, fmt.Errorf("move message %d to %s: %w", m.ID, to, err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// moveAll takes every message that meets a condition to a state, where the state
// machine has that move from its present state. The condition's arguments are
// numbered from $1.
func moveAll(ctx context.Context, tx *store.Tx, to State, reason, condition string, args ...any) (int64, error) {
	query := fmt.Sprintf("UPDATE outbox SET state = $%d, reason = $%d WHERE (%s) AND state IN (%s)",
		len(args)+1, len(args)+2, condition, statesBefore(to))
	result, err := tx.ExecContext(ctx, query, append(args, to, reason)...)
	if err != nil {
		return 0, fmt.Errorf("move messages to %s: %w", to, err)
	}
	return result.RowsAffected()
}

// statesBefore lists the states with a move to the given one, as SQL.
func statesBefore(to State) string {
	var from []string
	for state := range moves {
		if MayMove(state, to) {
			from = append(from, "'"+string(state)+"'")
		}
	}
	return strings.Join(from, ", ")
}
