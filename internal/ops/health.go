package ops

import (
	"context"
	"fmt"
	"time"

	"sapa/internal/store"
)

// Health is how the daemon stands, for /readyz.
type Health struct {
	WhatsApp   string               `json:"whatsapp"`          // state of the link
	Heartbeats map[string]time.Time `json:"heartbeats"`        // last sign of life of each loop, UTC
	Problem    string               `json:"problem,omitempty"` // what keeps it from being ready
}

// Check reads how the daemon stands and proves that the database takes a write.
func Check(ctx context.Context, db *store.DB) (Health, error) {
	h := Health{Heartbeats: map[string]time.Time{}}
	err := db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO heartbeat (loop, at) VALUES ('health', $1) ON CONFLICT (loop) DO UPDATE SET at = excluded.at`, store.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("write heartbeat: %w", err)
		}
		if err := tx.QueryRowContext(ctx, "SELECT link FROM sender").Scan(&h.WhatsApp); err != nil {
			return fmt.Errorf("read link: %w", err)
		}
		return h.beats(ctx, tx)
	})
	return h, err
}

func (h *Health) beats(ctx context.Context, q store.Querier) error {
	rows, err := q.QueryContext(ctx, "SELECT loop, at FROM heartbeat")
	if err != nil {
		return fmt.Errorf("read heartbeats: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var loop string
		var at int64
		if err := rows.Scan(&loop, &at); err != nil {
			return fmt.Errorf("read heartbeats: %w", err)
		}
		h.Heartbeats[loop] = store.Time(at)
	}
	return rows.Err()
}
