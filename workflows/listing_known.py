"""What a product's or shop's stories know together."""

from models.listing_terms import ListingTerms
from models.listings import Listing, ListingStanding
from workflows.known import Known


class ListingKnown(Known[ListingStanding]):
    def __init__(self, listing: Listing) -> None:
        super().__init__(listing.standing or ListingStanding())
        self.listing = listing

    @property
    def terms(self) -> ListingTerms:
        return self.listing.terms
