"""Finance: a ledger of deals that counts nothing twice, one project's cash flow, a state's debt."""

from sogdia.models.finance.model import FinanceModel
from sogdia.models.finance.project import Loan, Project, appraise_project

__all__ = ["FinanceModel", "Loan", "Project", "appraise_project"]
