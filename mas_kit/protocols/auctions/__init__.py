"""Auctions: English, Dutch, first-price and second-price sealed bids, double, assignment, sequential."""

from mas_kit.protocols.auctions.dutch import DutchAuctioneer, DutchBidder
from mas_kit.protocols.auctions.english import EnglishAuctioneer, EnglishBidder
from mas_kit.protocols.auctions.parties import Lot, Sale
from mas_kit.protocols.auctions.sealed_bid import (
    FirstPriceAuctioneer,
    FirstPriceBidder,
    VickreyAuctioneer,
    VickreyBidder,
)

__all__ = [
    "DutchAuctioneer",
    "DutchBidder",
    "EnglishAuctioneer",
    "EnglishBidder",
    "FirstPriceAuctioneer",
    "FirstPriceBidder",
    "Lot",
    "Sale",
    "VickreyAuctioneer",
    "VickreyBidder",
]
