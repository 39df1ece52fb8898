package clinic

import (
	"context"
	"fmt"

	"sapa/internal/audit"
	"sapa/internal/fault"
	"sapa/internal/store"
)

// Withdraw takes back an exception that was entered wrongly; the audit log keeps what it
// was. What has been announced is not changed by it. Fault: exception_unknown.
func Withdraw(ctx context.Context, db *store.DB, id int64, actor string) (Exception, error) {
	var withdrawn Exception
	err := db.Write(ctx, func(tx *store.Tx) error {
		plan, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		found, ok := find(plan.Exceptions, func(e Exception) bool { return e.ID == id })
		if !ok {
			return fault.New("exception_unknown", "Tidak ada pengecualian dengan nomor %d.", "There is no exception %d.", id)
		}
		withdrawn = found
		if _, err := tx.ExecContext(ctx, "DELETE FROM schedule_exception WHERE id = $1", id); err != nil {
			return fmt.Errorf("withdraw exception: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Actor: actor, Action: "exception.withdraw", Object: fmt.Sprintf("exception:%d", id),
			Detail: fmt.Sprintf("%s clinic %d doctor %d %s to %s", found.Kind, found.Clinic, found.Doctor, found.HoldsFrom, found.To),
		})
	})
	return withdrawn, err
}
