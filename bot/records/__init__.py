"""What people make here (enquiries, replies, approvals, reports), and what was asked; kept in tables of their own."""
