package app

import (
	"context"
	"fmt"
	"time"

	"sapa/internal/audit"
	"sapa/internal/campaign"
	"sapa/internal/store"
)

// followZone lets every campaign go by the hospital's clock after `timezone` was changed
// in the settings: a database that was made before would else send an hour or two late
// and write WIB behind hours that are WIT. A run that is due already stays due.
func followZone(ctx context.Context, tx *store.Tx, zone *time.Location) error {
	campaigns, err := campaign.List(ctx, tx)
	if err != nil {
		return err
	}
	for _, c := range campaigns {
		if c.Recurrence.Zone.String() == zone.String() {
			continue
		}
		if err := moveTo(ctx, tx, c, zone); err != nil {
			return err
		}
	}
	return nil
}

func moveTo(ctx context.Context, tx *store.Tx, c campaign.Campaign, zone *time.Location) error {
	before := c.Recurrence.Zone
	c.Recurrence.Zone = zone
	if c.NextAt.After(tx.Now) {
		c.NextAt = c.Recurrence.Next(tx.Now)
	}
	_, err := tx.ExecContext(ctx, "UPDATE campaign SET zone = $2, next_at = $3, updated_at = $4 WHERE id = $1",
		c.ID, zone.String(), store.NullMillis(c.NextAt), store.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("move campaign %d to the hospital's zone: %w", c.ID, err)
	}
	return audit.Record(ctx, tx, audit.Entry{
		Actor: "sapa", Action: "campaign.zone", Object: fmt.Sprintf("campaign:%d", c.ID),
		Detail: fmt.Sprintf("%s instead of %s", zone, before),
	})
}
