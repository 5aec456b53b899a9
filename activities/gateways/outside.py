"""Every outside system that the worker talks to."""

from dataclasses import dataclass

from activities.gateways.bank import Bank
from activities.gateways.enterprise import EnterpriseAccounts
from activities.gateways.links import Links
from activities.gateways.payments import PaymentGateway
from activities.gateways.registries import CompanyRegistry, RealNames
from activities.gateways.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Outside:
    payments: PaymentGateway
    registry: CompanyRegistry
    real_names: RealNames
    bank: Bank
    wallet: Wallet
    enterprise: EnterpriseAccounts
    links: Links
